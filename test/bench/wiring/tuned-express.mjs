import { load } from './load.mjs';
import { startOtel, tunedBatches } from './otel.mjs';
import { createTap } from './tap.mjs';
import { createHttpLogger, openLog } from './tuned-logs.mjs';

/**
 * The libraries of `hand-express` as an expert sets them up: the template instead of a path
 * normalised by regular expressions, buffered log lines of what is needed, no span a middleware.
 */
export function wire({ metrics, logs, traces }) {
  const otel = traces && startOtel(traces, [], tunedBatches);
  const log = logs && openLog(logs);
  return createTap({
    ...otel,
    attach(app) {
      if (metrics) app.use(createMetrics());
      if (log) app.use(createHttpLogger(log.destination));
    },
    async stop() {
      await otel?.stop();
      await log?.close();
    },
  });
}

function createMetrics() {
  return load('express-prom-bundle')({
    includeMethod: true,
    includePath: true,
    normalizePath: (req) => req.route?.path ?? 'unmatched',
    formatStatusCode: (res) => res.statusCode,
    promClient: { collectDefaultMetrics: {} },
  });
}
