import { load } from './load.mjs';
import { createTap } from './tap.mjs';

/** telltale by its one call, the same for every framework. */
export async function wire({ metrics, logs, traces }) {
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
      });
    },
    flush: flushProvider,
    stop: () => monitoring.shutdown(),
  });
}

/** Asks the registered tracer provider to export, if it is one that can. */
async function flushProvider() {
  const { trace } = load('@opentelemetry/api');
  await trace.getTracerProvider().getDelegate().forceFlush?.();
}
