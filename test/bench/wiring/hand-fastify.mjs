import { load } from './load.mjs';
import { oneLineAResponse } from './one-line.mjs';
import { startOtel } from './otel.mjs';
import { createTap } from './tap.mjs';

/** fastify-metrics, Fastify's own logger and @fastify/otel, each as its documentation shows. */
export function wire({ metrics, logs, traces }) {
  const otel = traces && startTraces(traces);
  return createTap({
    ...otel?.tap,
    options: logs
      ? { logger: { level: 'info', file: logs }, logController: oneLineAResponse() }
      : {},
    async attach(app) {
      if (otel) await app.register(otel.plugin);
      if (metrics) await app.register(load('fastify-metrics').default, { endpoint: '/metrics' });
    },
  });
}

function startTraces(traces) {
  const { FastifyOtelInstrumentation } = load('@fastify/otel');
  const instrumentation = new FastifyOtelInstrumentation();
  return { tap: startOtel(traces, [instrumentation]), plugin: instrumentation.plugin() };
}
