import { load } from './load.mjs';
import { startOtel } from './otel.mjs';
import { createTap } from './tap.mjs';

/** fastify-metrics, Fastify's own logger and @fastify/otel, each as its documentation shows. */
export function wire({ metrics, logs, traces }) {
  const otel = traces && startTraces(traces);
  return createTap({
    ...otel?.tap,
    options: logs ? createLogOptions(logs) : {},
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

/** One line a request, with the request in it, by way of the documented LogController. */
function createLogOptions(file) {
  const { LogController } = load('fastify');
  class OneLine extends LogController {
    incomingRequest() {}

    requestCompleted(_error, request, reply) {
      const responseTime = reply.elapsedTime;
      reply.log.info({ req: request, res: reply, responseTime }, 'request completed');
    }
  }
  return { logger: { level: 'info', file }, logController: new OneLine() };
}
