import { load } from './load.mjs';
import { oneLineAResponse } from './one-line.mjs';
import { startOtel, tunedBatches } from './otel.mjs';
import { createTap } from './tap.mjs';
import { openLog, serializers } from './tuned-logs.mjs';

/**
 * The libraries of `hand-fastify` as an expert sets them up: no summary beside the histogram,
 * buffered log lines of what is needed, one span a request instead of one a hook and handler.
 */
export function wire({ metrics, logs, traces }) {
  const otel = traces && startOtel(traces, [], tunedBatches);
  const log = logs && openLog(logs);
  return createTap({
    ...otel,
    options: log
      ? {
          loggerInstance: load('pino')({ serializers }, log.destination),
          logController: oneLineAResponse(),
        }
      : {},
    async attach(app) {
      if (metrics) await app.register(load('fastify-metrics').default, metricOptions);
    },
    async stop() {
      await otel?.stop();
      await log?.close();
    },
  });
}

const metricOptions = {
  endpoint: '/metrics',
  routeMetrics: { enabled: { histogram: true, summary: false } },
};
