import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { FastifyBaseLogger, FastifyServerOptions } from 'fastify';
import { exchangeOf } from './adapters/exchange-of.js';
import type { Exchange } from './model/adapter.js';
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
 * children, unless a route has a `logLevel` or `logSerializers`. A `request.id` that is neither the
 * `request_id` nor a number of Fastify's own is bound to the request, as `reqId`.
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
      if (saysMore(bindings, exchange)) monitoring.bind(bindings);
      const isPlain = Object.keys(options).length === 0;
      return exchange.log(isPlain ? logger : logger.child({}, options)) as FastifyBaseLogger;
    },
    ...withoutRequestLines(),
  };
}

/** The ids that Fastify makes by itself count requests, and mean nothing to anybody else. */
const COUNTED = /^req-[\da-z]+$/;

/** Whether Fastify's id of a request, which is all that it binds, is another one than ours. */
function saysMore(bindings: Readonly<Record<string, unknown>>, exchange: Exchange): boolean {
  for (const label in bindings) {
    const id = String(bindings[label]);
    return !COUNTED.test(id) && id !== exchange.requestId;
  }
  return false;
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
