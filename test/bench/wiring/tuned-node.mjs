import { load } from './load.mjs';
import { startOtel, tunedBatches } from './otel.mjs';
import { createTap } from './tap.mjs';
import { createHttpLogger, openLog } from './tuned-logs.mjs';

/**
 * The libraries of `hand-node` as an expert sets them up: the histogram's own count instead of a
 * counter beside it, and buffered log lines of what is needed.
 */
export function wire({ metrics, logs, traces }) {
  const otel = traces && startOtel(traces, [], tunedBatches);
  const log = logs && openLog(logs);
  return createTap({
    ...otel,
    wrap(handler) {
      const measured = metrics ? measure(handler) : handler;
      return log ? withLog(measured, createHttpLogger(log.destination)) : measured;
    },
    async stop() {
      await otel?.stop();
      await log?.close();
    },
  });
}

const withLog = (handler, logger) => (request, response) => {
  logger(request, response);
  handler(request, response);
};

function measure(handler) {
  const { Histogram, collectDefaultMetrics, register } = load('prom-client');
  const seconds = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'HTTP requests.',
    labelNames: ['method', 'route', 'status_code'],
  });
  collectDefaultMetrics();

  return (request, response) => {
    if (request.url === '/metrics') {
      register.metrics().then((text) => response.end(text));
      return;
    }
    const started = performance.now();
    response.on('finish', () => {
      const labels = {
        method: request.method,
        route: '/users/:id',
        status_code: response.statusCode,
      };
      seconds.observe(labels, (performance.now() - started) / 1000);
    });
    handler(request, response);
  };
}
