import type { Endpoint } from '../../model/endpoint.js';
import { CONTENT_TYPES } from './exposition.js';
import type { Metrics } from './metrics.js';
import { negotiate } from './negotiate.js';

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
      const accept = request.headers.accept;
      const format = negotiate(typeof accept === 'string' ? accept : undefined);
      const body = Buffer.from(await metrics.text(format));
      took((performance.now() - started) / 1000);
      return {
        status: 200,
        headers: {
          'content-type': CONTENT_TYPES[format],
          'content-length': String(body.byteLength),
          'cache-control': 'no-store',
        },
        body,
      };
    },
  };
}
