import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { httpUrl } from '../core/rules.js';
import type { SpanExporterLike, TraceExporter } from '../signals/traces/options.js';
import type { ExportOutcome } from '../signals/traces/outcome.js';
import { outcomeOf, outcomeOfError } from './http-outcome.js';
import { type Fields, milliseconds, refuseInvalid, texts } from './options.js';
import { createPoster } from './post.js';
import { exportWritable, type Writer } from './writable.js';

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

const DEFAULT_URL = 'http://localhost:9411/api/v2/spans';
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
  const { env } = process;
  const { ZipkinExporter } = await import('@opentelemetry/exporter-zipkin').catch(unlessMissing);
  const exporter = new ZipkinExporter();
  const url = options.endpoint ?? (env.OTEL_EXPORTER_ZIPKIN_ENDPOINT?.trim() || DEFAULT_URL);
  if (!httpUrl.is(url))
    throw new Error(`OTEL_EXPORTER_ZIPKIN_ENDPOINT: expected ${httpUrl.expected}`);
  const timeout = options.timeout ?? (Number(env.OTEL_EXPORTER_ZIPKIN_TIMEOUT) || TIMEOUT_MS);
  const headers = { ...options.headers, 'content-type': 'application/json' };
  const poster = createPoster(url, {});

  let isTrial = false;
  let isWritten = false;

  sendBy(exporter, (zipkinSpans, done) => {
    const body = Buffer.from(JSON.stringify(zipkinSpans));
    isWritten = true;
    if (isTrial) done({ code: 0 });
    else poster.post(body, headers, timeout).then(outcomeOf, outcomeOfError).then(done);
  });
  const writer: Writer<ReadableSpan> = {
    write(spans, done) {
      isWritten = false;
      exporter.export(spans, done);
      // What it fails by it tells nobody.
      if (!isWritten) throw new Error('a span cannot be written down');
    },
    isWritable(span) {
      isTrial = true;
      isWritten = false;
      try {
        exporter.export([span], () => {});
      } finally {
        isTrial = false;
      }
      return isWritten;
    },
  };
  return {
    export: (spans, done) => exportWritable(writer, spans, done),
    async shutdown() {
      poster.close();
    },
  };
}

type Send = (zipkinSpans: readonly object[], done: (outcome: ExportOutcome) => void) => void;

/**
 * Sends what the package makes of spans over our own connections. Its own have no limits of time and
 * size, keep the process alive, and tell of an answer only in words.
 */
function sendBy(exporter: object, send: Send): void {
  const sender = exporter as { _send?: Send };
  if (typeof sender._send !== 'function') {
    throw new Error('the zipkin exporter needs @opentelemetry/exporter-zipkin 2');
  }
  sender._send = send;
}

function unlessMissing(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ERR_MODULE_NOT_FOUND' && error.code !== 'MODULE_NOT_FOUND') throw error;
  throw new Error('the zipkin exporter needs the package @opentelemetry/exporter-zipkin');
}
