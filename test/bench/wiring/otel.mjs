import { load } from './load.mjs';

/** Options of the batch processor: fewer and larger exports than the default's 512 spans. */
export const tunedBatches = { maxExportBatchSize: 4_096 };

/**
 * OpenTelemetry as its documentation sets it up by hand; resolves to the `flush` and `stop` of a
 * tap. Only the queue is larger than the default 2,048, since a benchmark saturates the server
 * and dropped spans would be work not done.
 */
export function startOtel({ endpoint, ratio }, instrumentations, batches = {}) {
  const sdk = load('@opentelemetry/sdk-trace-node');
  const { OTLPTraceExporter } = load('@opentelemetry/exporter-trace-otlp-http');
  const { resourceFromAttributes } = load('@opentelemetry/resources');
  const { registerInstrumentations } = load('@opentelemetry/instrumentation');
  const { HttpInstrumentation } = load('@opentelemetry/instrumentation-http');

  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces` });
  const provider = new sdk.NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'bench' }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new sdk.BatchSpanProcessor(exporter, { maxQueueSize: 65_536, ...batches })],
  });
  // Registers the AsyncLocalStorageContextManager and the W3C propagators, its defaults.
  provider.register();
  registerInstrumentations({
    tracerProvider: provider,
    instrumentations: [new HttpInstrumentation(), ...instrumentations],
  });
  return { flush: () => provider.forceFlush(), stop: () => provider.shutdown() };
}
