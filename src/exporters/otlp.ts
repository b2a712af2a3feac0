import type { TraceExporter } from '../signals/traces/options.js';

/** Options of {@link otlp}. */
export interface OtlpOptions {
  /**
   * Base URL of the collector; `/v1/traces` is added.
   *
   * @default OTEL_EXPORTER_OTLP_TRACES_ENDPOINT as it is, OTEL_EXPORTER_OTLP_ENDPOINT with
   *   `/v1/traces`, otherwise http://localhost:4318/v1/traces
   */
  endpoint?: string;
  /**
   * Headers of each request, such as an API key.
   *
   * @default OTEL_EXPORTER_OTLP_HEADERS
   */
  headers?: Record<string, string>;
}

/**
 * Sends spans over HTTP in OpenTelemetry's own protocol, as JSON. Understood by the OpenTelemetry
 * Collector, Jaeger, Tempo, Datadog, New Relic and others.
 *
 * @example
 * setupMonitoring(app, { traces: { exporter: otlp({ endpoint: 'http://collector:4318' }) } });
 */
export function otlp(options: OtlpOptions = {}): TraceExporter {
  return {
    name: 'otlp',
    async create() {
      const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
      return new OTLPTraceExporter({
        ...(options.endpoint !== undefined && { url: tracesUrl(options.endpoint) }),
        ...(options.headers !== undefined && { headers: options.headers }),
      });
    },
  };
}

function tracesUrl(endpoint: string): string {
  const base = endpoint.replace(/\/+$/, '');
  return base.endsWith('/v1/traces') ? base : `${base}/v1/traces`;
}
