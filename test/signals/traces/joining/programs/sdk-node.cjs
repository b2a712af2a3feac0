// OpenTelemetry's own SDK, as its guide starts it: node --require ./sdk-node.cjs service.js
const { NodeSDK } = require('@opentelemetry/sdk-node');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express');
const { FastifyOtelInstrumentation } = require('@fastify/otel');

const fastify = new FastifyOtelInstrumentation({ registerOnInitialization: true });
const sdk = new NodeSDK({
  instrumentations: [new HttpInstrumentation(), new ExpressInstrumentation(), fastify],
});
sdk.start();
globalThis.foreign = () => sdk.shutdown();
