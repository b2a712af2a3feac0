import { load } from './load.mjs';
import { fill } from './series.mjs';
import { createTap } from './tap.mjs';

/** telltale by its one call, the same for every framework. */
export async function wire({ framework, metrics, logs, traces, checks = 0 }) {
  const { setupMonitoring } = await import('telltale');
  let monitoring;
  return createTap({
    attach(app) {
      monitoring = setupMonitoring(app, {
        serviceName: 'bench',
        metrics: metrics ? {} : false,
        logs: logs ? { destination: logs } : false,
        traces: traces
          ? { exporter: 'otlp', endpoint: traces.endpoint, sampleRatio: traces.ratio }
          : false,
        errors: metrics || logs || traces ? {} : false,
        // Nobody but the application knows the routes of a plain server.
        requests: framework === 'node' ? { route: () => '/users/:id' } : {},
      });
      for (let i = 0; i < checks; i++) monitoring.health.register(`check_${i}`, async () => true);
    },
    fill: (series) => fill(monitoring.metrics, series),
    render: () => monitoring.metrics.text(),
    flush: flushProvider,
    stop: () => monitoring.shutdown(),
  });
}

/** Asks the registered tracer provider to export, if it is one that can. */
async function flushProvider() {
  const { trace } = load('@opentelemetry/api');
  await trace.getTracerProvider().getDelegate?.().forceFlush?.();
}
