// Sentry, as its guide starts it: node --require ./instrument.js service.js
const Sentry = require('@sentry/node');

const tracesSampleRate = process.env.SENTRY_RATE;
Sentry.init({
  dsn: process.env.SENTRY_DSN,
  ...(tracesSampleRate !== undefined && { tracesSampleRate: Number(tracesSampleRate) }),
});
globalThis.foreign = () => Sentry.close(5000);
globalThis.capture = Sentry.captureException;
