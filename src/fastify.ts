import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import plugin from 'fastify-plugin';
import type { Monitoring } from './monitoring.js';
import type { MonitoringOptions } from './options.js';
import { setupMonitoring as setup } from './setup.js';

export { type FastifyLoggerOptions, loggerOptions } from './fastify-logger.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** telltale's Monitoring, once its plugin is registered. */
    monitoring: Monitoring;
  }
}

/**
 * Monitors a Fastify 5 instance: {@link setup} with Fastify's own types.
 *
 * @throws TelltaleError on an option that is unknown or of the wrong type.
 */
export function setupMonitoring(app: FastifyInstance, options?: MonitoringOptions): Monitoring {
  return setup(app, options);
}

const registerMonitoring: FastifyPluginAsync<MonitoringOptions> = async (app, options) => {
  const monitoring = setup(app, options);
  app.decorate('monitoring', monitoring);
  app.addHook('onClose', () => monitoring.shutdown());
};

/**
 * The Fastify plugin. It decorates the instance with `monitoring` and shuts it down with the app.
 *
 * @example
 * await app.register(telltale, { serviceName: 'shop' });
 * app.monitoring.health.register('database', checkDatabase);
 */
export const telltale = plugin(registerMonitoring, { fastify: '5.x', name: 'telltale' });

export default telltale;
