import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Monitoring } from './monitoring.js';
import type { MonitoringOptions } from './options.js';
import { setupMonitoring as setup } from './setup.js';

/**
 * Monitors a server of `node:http` or `node:https`: {@link setup} with exact types. Name its routes
 * with `requests.route`, since nobody else knows them.
 *
 * @throws TelltaleError on an option that is unknown or of the wrong type.
 * @example
 * const server = createServer(listener);
 * setupMonitoring(server, { requests: { route: (request) => routeOf(request.url) } });
 */
export function setupMonitoring(
  server: HttpServer | HttpsServer,
  options?: MonitoringOptions,
): Monitoring {
  return setup(server, options);
}
