import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { SpanExporterLike } from '../signals/traces/options.js';
import type { ExportOutcome } from '../signals/traces/outcome.js';
import type { Answer } from './answer.js';
import { outcomeOf, outcomeOfError } from './http-outcome.js';
import { type GivenOtlp, type OtlpSettings, readOtlpSettings } from './otlp-settings.js';
import { createPoster } from './post.js';

const compress = promisify(gzip);

/**
 * Makes the exporter. The package's own exporter sends the same bytes, but keeps the process alive
 * between its attempts, and tells nobody what was rejected, or for how long it shall wait.
 */
export async function createOtlpExporter(given: GivenOtlp): Promise<SpanExporterLike> {
  const settings = readOtlpSettings(given, process.env);
  const { JsonTraceSerializer } = await import('@opentelemetry/otlp-transformer');
  const poster = createPoster(settings.url, settings.tls);
  const headers = headersOf(settings);

  async function send(spans: Parameters<typeof JsonTraceSerializer.serializeRequest>[0]) {
    const json = JsonTraceSerializer.serializeRequest(spans) as Uint8Array;
    const body = settings.gzip ? await compress(json) : json;
    const answer = await poster.post(body, headers, settings.timeout);
    return { ...outcomeOf(answer), ...rejectedBy(answer) };
  }

  return {
    export(spans, done: (outcome: ExportOutcome) => void) {
      send(spans).catch(outcomeOfError).then(done);
    },
    async shutdown() {
      poster.close();
    },
  };
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
