// The same for ES modules: node --import ./sdk-node.mjs service.mjs
import { register } from 'node:module';

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
await import('./sdk-node.cjs');
