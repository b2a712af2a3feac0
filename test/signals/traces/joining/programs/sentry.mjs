// The same for ES modules: node --import ./instrument.mjs service.mjs
import './sentry.cjs';
