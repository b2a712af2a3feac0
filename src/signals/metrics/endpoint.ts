import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { qualityOf } from '../../core/accept.js';
import type { Endpoint, EndpointRequest } from '../../model/endpoint.js';
import { CONTENT_TYPES } from './exposition.js';
import type { Metrics } from './metrics.js';
import { negotiate } from './negotiate.js';

/** Below this, compressing costs more than it saves. */
const WORTH_COMPRESSING = 1024;
/** The fastest level: an exposition shrinks to a tenth at any. */
const LEVEL = 1;
/** Time for the answer itself to reach who asked. */
const MARGIN_MS = 250;

/** The endpoint that Prometheus scrapes. `took` is told how long each scrape took. */
export function metricsEndpoint(
  path: string,
  metrics: Metrics,
  took: (seconds: number) => void,
): Endpoint {
  return {
    path,
    async handle(request) {
      const started = performance.now();
      const format = negotiate(header(request, 'accept'));
      const plain = await metrics.pieces(format, timeoutOf(request));
      const compress = sizeOf(plain) >= WORTH_COMPRESSING && takesGzip(request);
      const body = compress ? await gzip(plain) : plain;
      took((performance.now() - started) / 1000);
      return {
        status: 200,
        headers: {
          'content-type': CONTENT_TYPES[format],
          'content-length': String(sizeOf(body)),
          'cache-control': 'no-store',
          vary: 'accept, accept-encoding',
          ...(compress && { 'content-encoding': 'gzip' }),
        },
        body,
      };
    },
  };
}

/** A piece at a time, so that not even the copying of them all holds anybody up. */
function gzip(pieces: readonly Buffer[]): Promise<Buffer[]> {
  return Readable.from(pieces)
    .pipe(createGzip({ level: LEVEL }))
    .toArray();
}

const sizeOf = (pieces: readonly Buffer[]) =>
  pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);

function header(request: EndpointRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function takesGzip(request: EndpointRequest): boolean {
  const accept = header(request, 'accept-encoding');
  return accept !== undefined && qualityOf(['gzip', '*'], accept) > 0;
}

/** Prometheus says how long it will wait. */
function timeoutOf(request: EndpointRequest): number | undefined {
  const seconds = Number(header(request, 'x-prometheus-scrape-timeout-seconds'));
  return seconds > 0 ? Math.max(MARGIN_MS, seconds * 1000 - MARGIN_MS) : undefined;
}
