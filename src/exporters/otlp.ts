import { httpUrl } from '../core/rules.js';
import type { TraceExporter } from '../signals/traces/options.js';
import { type Fields, milliseconds, oneOf, refuseInvalid, texts } from './options.js';
import { createOtlpExporter } from './otlp-exporter.js';

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
   * @default OTEL_EXPORTER_OTLP_HEADERS and OTEL_EXPORTER_OTLP_TRACES_HEADERS
   */
  headers?: Record<string, string>;
  /**
   * Milliseconds for one attempt. All attempts for a batch have OTEL_BSP_EXPORT_TIMEOUT together.
   *
   * @default OTEL_EXPORTER_OTLP_TRACES_TIMEOUT, OTEL_EXPORTER_OTLP_TIMEOUT, 10000
   */
  timeout?: number;
  /**
   * Whether what is sent is compressed.
   *
   * @default OTEL_EXPORTER_OTLP_TRACES_COMPRESSION, OTEL_EXPORTER_OTLP_COMPRESSION, 'none'
   */
  compression?: 'gzip' | 'none';
}

const FIELDS: Fields<OtlpOptions> = {
  endpoint: httpUrl,
  headers: texts,
  timeout: milliseconds,
  compression: oneOf('gzip', 'none'),
};

/**
 * Sends spans over HTTP in OpenTelemetry's own protocol, as JSON. Understood by the OpenTelemetry
 * Collector, Jaeger, Tempo, Datadog's agent, New Relic and others. Certificates are read from the
 * files that OTEL_EXPORTER_OTLP_CERTIFICATE, _CLIENT_CERTIFICATE and _CLIENT_KEY name.
 *
 * @throws TelltaleError on an option that is unknown or of the wrong type.
 * @example
 * setupMonitoring(app, { traces: { exporter: otlp({ endpoint: 'http://collector:4318' }) } });
 */
export function otlp(options: OtlpOptions = {}): TraceExporter {
  refuseInvalid('otlp', options, FIELDS);
  return { name: 'otlp', create: () => createOtlpExporter(options) };
}
