import { promisify } from 'node:util';
import { gzip as gzipWithCallback } from 'node:zlib';
import { qualityOf } from '../../core/accept.js';
import type { Endpoint, EndpointRequest } from '../../model/endpoint.js';
import { CONTENT_TYPES } from './exposition.js';
import type { Metrics } from './metrics.js';
import { negotiate } from './negotiate.js';

const gzip = promisify(gzipWithCallback);

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
      const plain = await metrics.bytes(format, timeoutOf(request));
      const compress = plain.byteLength >= WORTH_COMPRESSING && takesGzip(request);
      const body = compress ? await gzip(plain, { level: LEVEL }) : plain;
      took((performance.now() - started) / 1000);
      return {
        status: 200,
        headers: {
          'content-type': CONTENT_TYPES[format],
          'content-length': String(body.byteLength),
          'cache-control': 'no-store',
          vary: 'accept, accept-encoding',
          ...(compress && { 'content-encoding': 'gzip' }),
        },
        body,
      };
    },
  };
}

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
