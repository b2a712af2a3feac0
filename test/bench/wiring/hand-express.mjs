import { load } from './load.mjs';
import { startOtel } from './otel.mjs';
import { createTap } from './tap.mjs';

/** express-prom-bundle, pino-http and OpenTelemetry, each as its README shows. */
export function wire({ metrics, logs, traces }) {
  return createTap({
    ...(traces && startTraces(traces)),
    attach(app) {
      if (metrics) app.use(createMetrics());
      if (logs) app.use(load('pino-http')({}, load('pino').destination(logs)));
    },
  });
}

function startTraces(traces) {
  const { ExpressInstrumentation } = load('@opentelemetry/instrumentation-express');
  return startOtel(traces, [new ExpressInstrumentation()]);
}

function createMetrics() {
  return load('express-prom-bundle')({
    includeMethod: true,
    includePath: true,
    promClient: { collectDefaultMetrics: {} },
  });
}
