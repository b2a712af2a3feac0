import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { SpanExporterLike, TraceExporter } from '../signals/traces/options.js';
import type { ExportOutcome } from '../signals/traces/outcome.js';
import { answerTo } from './answer.js';
import { outcomeOf, outcomeOfError } from './http-outcome.js';
import { type Fields, httpUrl, milliseconds, refuseInvalid, texts } from './options.js';

/** Options of {@link zipkin}. */
export interface ZipkinOptions {
  /**
   * URL that takes spans.
   *
   * @default OTEL_EXPORTER_ZIPKIN_ENDPOINT, 'http://localhost:9411/api/v2/spans'
   */
  endpoint?: string;
  /**
   * Headers of each request.
   *
   * @default {}
   */
  headers?: Record<string, string>;
  /**
   * Milliseconds for one attempt.
   *
   * @default OTEL_EXPORTER_ZIPKIN_TIMEOUT, 10000
   */
  timeout?: number;
}

const FIELDS: Fields<ZipkinOptions> = {
  endpoint: httpUrl,
  headers: texts,
  timeout: milliseconds,
};

const TIMEOUT_MS = 10_000;

/**
 * Sends spans to Zipkin as JSON, version 2 of its format. Needs the package
 * `@opentelemetry/exporter-zipkin`.
 *
 * @throws TelltaleError on an option that is unknown or of the wrong type.
 * @example
 * setupMonitoring(app, {
 *   traces: { exporter: zipkin({ endpoint: 'http://zipkin:9411/api/v2/spans' }) },
 * });
 */
export function zipkin(options: ZipkinOptions = {}): TraceExporter {
  refuseInvalid('zipkin', options, FIELDS);
  return { name: 'zipkin', create: () => createZipkinExporter(options) };
}

async function createZipkinExporter(options: ZipkinOptions): Promise<SpanExporterLike> {
  const { ZipkinExporter } = await import('@opentelemetry/exporter-zipkin').catch(unlessMissing);
  const exporter = new ZipkinExporter({
    ...(options.endpoint !== undefined && { url: options.endpoint }),
    ...(options.headers !== undefined && { headers: options.headers }),
  });
  const timeout =
    options.timeout ?? (Number(process.env.OTEL_EXPORTER_ZIPKIN_TIMEOUT) || TIMEOUT_MS);
  const open = new Set<ClientRequest>();

  async function send(spans: Parameters<typeof exporter.export>[0]): Promise<ExportOutcome> {
    const request = requestOf(() => exporter.export(spans, () => {}));
    open.add(request);
    try {
      return outcomeOf(await answerTo(request, timeout));
    } finally {
      open.delete(request);
    }
  }

  return {
    export(spans, done: (outcome: ExportOutcome) => void) {
      send(spans).catch(outcomeOfError).then(done);
    },
    async shutdown() {
      for (const request of open) request.destroy();
    },
  };
}

const CHANNEL = 'http.client.request.start';

/**
 * The request that `send` makes. The package's exporter sets no limits of time and size to it, keeps
 * the process alive for it, and tells of its answer only in words.
 */
function requestOf(send: () => void): ClientRequest {
  let made: ClientRequest | undefined;
  const see = (message: unknown): void => {
    made = (message as { request: ClientRequest }).request;
  };
  subscribe(CHANNEL, see);
  try {
    send();
  } finally {
    unsubscribe(CHANNEL, see);
  }
  if (made === undefined) throw new Error('@opentelemetry/exporter-zipkin made no request');
  return made;
}

function unlessMissing(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ERR_MODULE_NOT_FOUND' && error.code !== 'MODULE_NOT_FOUND') throw error;
  throw new Error('the zipkin exporter needs the package @opentelemetry/exporter-zipkin');
}
