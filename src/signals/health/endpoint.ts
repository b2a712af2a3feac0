import type { Probe } from '../../model/check.js';
import type { Endpoint } from '../../model/endpoint.js';
import type { Health } from './health.js';

/** The endpoint that answers one probe. healthy and degraded are 200, unhealthy is 503. */
export function healthEndpoint(path: string, probe: Probe, health: Health): Endpoint {
  return {
    path,
    async handle() {
      const report = await health.report(probe);
      const body = Buffer.from(`${JSON.stringify(report)}\n`);
      return {
        status: report.status === 'unhealthy' ? 503 : 200,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'content-length': String(body.byteLength),
          'cache-control': 'no-store',
        },
        body,
      };
    },
  };
}
