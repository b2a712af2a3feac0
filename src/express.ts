import type { Application } from 'express';
import type { Logger } from 'pino';
import type { Monitoring } from './monitoring.js';
import type { MonitoringOptions } from './options.js';
import { setupMonitoring as setup } from './setup.js';

declare global {
  namespace Express {
    interface Request {
      /** The request's logger, made when it is first asked for: its lines carry the request's ids. */
      log: Logger;
    }
  }
}

/**
 * Monitors an Express 4 or 5 application: {@link setup} with Express's own types.
 *
 * @throws TelltaleError on an option that is unknown or of the wrong type.
 * @example
 * const app = express();
 * const monitoring = setupMonitoring(app, { serviceName: 'shop' });
 */
export function setupMonitoring(app: Application, options?: MonitoringOptions): Monitoring {
  return setup(app, options);
}
