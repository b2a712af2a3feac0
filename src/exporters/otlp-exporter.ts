import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import type { SpanExporterLike } from '../signals/traces/options.js';
import type { ExportOutcome } from '../signals/traces/outcome.js';
import type { Answer } from './answer.js';
import { outcomeOf, outcomeOfError } from './http-outcome.js';
import { type GivenOtlp, type OtlpSettings, readOtlpSettings } from './otlp-settings.js';
import { createPoster } from './post.js';
import { exportWritable, type Writer } from './writable.js';

const compress = promisify(gzip);

/** Makes OpenTelemetry's exporter, with connections of our own below it. */
export async function createOtlpExporter(given: GivenOtlp): Promise<SpanExporterLike> {
  const settings = readOtlpSettings(given, process.env);
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const exporter = new OTLPTraceExporter({ url: settings.url });
  const poster = createPoster(settings.url, settings.tls);
  const headers = headersOf(settings);
  let sent: Promise<ExportOutcome> | undefined;

  async function send(json: Uint8Array): Promise<ExportOutcome> {
    const body = settings.gzip ? await compress(json) : json;
    const answer = await poster.post(body, headers, settings.timeout);
    return { ...outcomeOf(answer), ...rejectedBy(answer) };
  }

  const serializer = sendBy(exporter, (json) => {
    sent = send(json).catch(outcomeOfError);
    return sent;
  });
  const writer: Writer<ReadableSpan> = {
    write(spans, done) {
      sent = undefined;
      // It sends before it returns, and what it says afterwards is less than what we know.
      exporter.export(spans, ({ error }) => {
        if (sent === undefined) done({ code: 1, error });
      });
      (sent as Promise<ExportOutcome> | undefined)?.then(done);
    },
    isWritable(span) {
      try {
        return serializer.serializeRequest([span]) !== undefined;
      } catch {
        return false;
      }
    },
  };
  return {
    export: (spans, done) => exportWritable(writer, spans, done),
    async shutdown() {
      poster.close();
    },
  };
}

/** The part of the package's exporter that sends what the rest of it has made. */
interface Transport {
  send(json: Uint8Array): Promise<{ status: 'success' }>;
  shutdown(): void;
}

/** The part of it that makes what is sent. */
interface Serializer {
  /** @throws when a span cannot be written down. */
  serializeRequest(spans: ReadableSpan[]): Uint8Array | undefined;
}

interface Delegate {
  _transport?: Transport;
  _serializer?: Serializer;
}

/**
 * Sends what the package makes of spans over our own connections, and gives what makes it. Its own keep
 * the process alive between their attempts, and tell nobody what was rejected, or for how long they are
 * to wait. The package is depended on in exactly this version.
 */
function sendBy(exporter: object, send: (json: Uint8Array) => Promise<unknown>): Serializer {
  const delegate = (exporter as { _delegate?: Delegate })._delegate;
  if (delegate?._transport === undefined || delegate._serializer === undefined) {
    throw new Error('the otlp exporter needs @opentelemetry/exporter-trace-otlp-http 0.223.0');
  }
  delegate._transport = {
    async send(json) {
      await send(json);
      return { status: 'success' };
    },
    shutdown() {},
  };
  return delegate._serializer;
}

function headersOf({ headers, gzip: isGzip }: OtlpSettings): Record<string, string> {
  return {
    'user-agent': 'telltale',
    ...headers,
    'content-type': 'application/json',
    ...(isGzip && { 'content-encoding': 'gzip' }),
  };
}

/** https://opentelemetry.io/docs/specs/otlp/#partial-success-1 */
function rejectedBy({ body }: Answer): Pick<ExportOutcome, 'rejected' | 'error'> {
  if (body.length === 0) return {};
  try {
    const { rejectedSpans, errorMessage } = JSON.parse(body.toString()).partialSuccess ?? {};
    const rejected = Number(rejectedSpans ?? 0);
    if (!(rejected > 0)) return {};
    return { rejected, error: new Error(`the collector rejected spans: ${errorMessage ?? ''}`) };
  } catch {
    // What is no JSON says nothing beside the status.
    return {};
  }
}
