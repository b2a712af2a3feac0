import { load } from './load.mjs';
import { startOtel } from './otel.mjs';
import { fill, promClientMetrics } from './series.mjs';
import { createTap } from './tap.mjs';

/** A counter and a histogram of prom-client, pino-http and OpenTelemetry's http. */
export function wire({ metrics, logs, traces }) {
  return createTap({
    ...(traces && startOtel(traces, [])),
    wrap(handler) {
      const measured = metrics ? measure(handler) : handler;
      return logs ? log(measured, logs) : measured;
    },
    fill: (series) => fill(promClientMetrics(), series),
    render: () => load('prom-client').register.metrics(),
  });
}

function log(handler, file) {
  const logger = load('pino-http')({}, load('pino').destination(file));
  return (request, response) => {
    logger(request, response);
    handler(request, response);
  };
}

function measure(handler) {
  const { Counter, Histogram, collectDefaultMetrics, register } = load('prom-client');
  const labelNames = ['method', 'route', 'status_code'];
  const help = 'HTTP requests.';
  const total = new Counter({ name: 'http_requests_total', help, labelNames });
  const seconds = new Histogram({ name: 'http_request_duration_seconds', help, labelNames });
  collectDefaultMetrics();

  return (request, response) => {
    if (request.url === '/metrics') {
      register.metrics().then((text) => response.end(text));
      return;
    }
    const started = process.hrtime.bigint();
    response.on('finish', () => {
      const { statusCode: status_code } = response;
      const labels = { method: request.method, route: '/users/:id', status_code };
      total.inc(labels);
      seconds.observe(labels, Number(process.hrtime.bigint() - started) / 1e9);
    });
    handler(request, response);
  };
}
