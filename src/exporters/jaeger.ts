import { httpUrl, text } from '../core/rules.js';
import type { TraceExporter } from '../signals/traces/options.js';
import { type Fields, milliseconds, refuseInvalid, texts } from './options.js';
import { createOtlpExporter } from './otlp-exporter.js';

/** Options of {@link jaeger}. */
export interface JaegerOptions {
  /**
   * The host that Jaeger runs on; it takes spans on port 4318.
   *
   * @default OTEL_EXPORTER_JAEGER_AGENT_HOST, 'localhost'
   */
  host?: string;
  /**
   * Base URL of Jaeger's OTLP receiver, instead of `host`; `/v1/traces` is added. Of an address for
   * Jaeger's former protocol (ports 14250 and 14268) the host is taken.
   *
   * @default OTEL_EXPORTER_JAEGER_ENDPOINT
   */
  endpoint?: string;
  /**
   * Headers of each request.
   *
   * @default OTEL_EXPORTER_OTLP_HEADERS
   */
  headers?: Record<string, string>;
  /**
   * Milliseconds for one attempt.
   *
   * @default OTEL_EXPORTER_JAEGER_TIMEOUT, 10000
   */
  timeout?: number;
}

const FIELDS: Fields<JaegerOptions> = {
  host: text,
  endpoint: httpUrl,
  headers: texts,
  timeout: milliseconds,
};

/**
 * Sends spans to Jaeger, which takes OpenTelemetry's protocol since version 1.35.
 *
 * @throws TelltaleError on an option that is unknown or of the wrong type.
 * @example
 * setupMonitoring(app, { traces: { exporter: jaeger({ host: 'jaeger' }) } });
 */
export function jaeger(options: JaegerOptions = {}): TraceExporter {
  refuseInvalid('jaeger', options, FIELDS);
  const { headers } = options;
  return {
    name: 'jaeger',
    create() {
      const { env } = process;
      const timeout = options.timeout ?? (Number(env.OTEL_EXPORTER_JAEGER_TIMEOUT) || undefined);
      return createOtlpExporter({ endpoint: endpointOf(options, env), headers, timeout });
    },
  };
}

const PORT = 4318;
const FORMER_PORTS = ['14250', '14268'];

function endpointOf({ host, endpoint }: JaegerOptions, env: NodeJS.ProcessEnv): string {
  if (endpoint === undefined && host !== undefined) return baseOf(host);
  const given = endpoint ?? env.OTEL_EXPORTER_JAEGER_ENDPOINT?.trim();
  if (!given) return baseOf(env.OTEL_EXPORTER_JAEGER_AGENT_HOST?.trim() || 'localhost');
  if (!URL.canParse(given)) throw new Error('OTEL_EXPORTER_JAEGER_ENDPOINT: expected a URL');
  const { hostname, port } = new URL(given);
  return FORMER_PORTS.includes(port) ? baseOf(hostname) : given;
}

function baseOf(host: string): string {
  const isIPv6 = host.includes(':') && !host.startsWith('[');
  return `http://${isIPv6 ? `[${host}]` : host}:${PORT}`;
}
