import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { FastifyBaseLogger, FastifyServerOptions } from 'fastify';
import { exchangeOf } from './adapters/exchange-of.js';
import type { Monitoring } from './monitoring.js';

/** Options for Fastify's factory. */
export interface FastifyLoggerOptions {
  loggerInstance: FastifyBaseLogger;
  childLoggerFactory: NonNullable<FastifyServerOptions['childLoggerFactory']>;
  disableRequestLogging?: boolean;
}

/**
 * Makes telltale's logger Fastify's own: `app.log` and `request.log` write its lines, and a request
 * is the one line of telltale's instead of Fastify's two beside it. Loggers of requests are no pino
 * children, unless a route has a `logLevel` or `logSerializers`.
 *
 * @example
 * const monitoring = createMonitoring({ serviceName: 'shop' });
 * const app = Fastify(loggerOptions(monitoring));
 * monitoring.attach(app);
 * monitoring.start();
 */
export function loggerOptions(monitoring: Monitoring): FastifyLoggerOptions {
  return {
    loggerInstance: monitoring.logger as FastifyBaseLogger,
    childLoggerFactory(logger, bindings, options, request) {
      const exchange = exchangeOf(request);
      if (exchange === undefined) return logger.child(bindings, options);
      const isPlain = Object.keys(options).length === 0;
      return exchange.log(isPlain ? logger : logger.child({}, options)) as FastifyBaseLogger;
    },
    ...withoutRequestLines(),
  };
}

interface LoadedFastify {
  readonly LogController?: new (options: { disableRequestLogging: boolean }) => object;
}

/** Fastify warns of the old way since it has the new one, of which it must be its own class. */
function withoutRequestLines(): { disableRequestLogging?: boolean; logController?: object } {
  const [fastify, another] = loadedFastifies();
  if (fastify?.LogController === undefined || another !== undefined) {
    return { disableRequestLogging: true };
  }
  return { logController: new fastify.LogController({ disableRequestLogging: true }) };
}

/** Looked up where it is loaded: importing it would load it for those who do not have it. */
function loadedFastifies(): LoadedFastify[] {
  const { cache } = createRequire(join(process.cwd(), 'telltale'));
  return Object.entries(cache)
    .filter(([file]) => /[\\/]fastify[\\/]fastify\.js$/.test(file))
    .map(([, loaded]) => loaded?.exports as LoadedFastify);
}
