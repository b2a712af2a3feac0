import type { Adapter } from '../model/adapter.js';
import { TelltaleError } from '../model/errors.js';
import { type ExpressLike, expressAdapter } from './express.js';
import { fastifyAdapter } from './fastify.js';
import type { FastifyLike } from './fastify-request.js';
import { nodeAdapter, type ServerLike } from './node.js';

/** What can be monitored: an Express application, a Fastify instance, or one of Node's servers. */
export type MonitoredApp = ExpressLike | FastifyLike | ServerLike;

const ADAPTERS: readonly Adapter[] = [fastifyAdapter, expressAdapter, nodeAdapter];

/**
 * Finds the adapter for an application.
 *
 * @throws TelltaleError when it is none that telltale knows.
 */
export function adapterFor(app: unknown): Adapter {
  const found = ADAPTERS.find((adapter) => adapter.matches(app));
  if (found !== undefined) return found;
  throw new TelltaleError(
    'TELLTALE_UNKNOWN_APP',
    `setupMonitoring: expected an Express application, a Fastify instance or a Node http server, got ${describe(app)}`,
  );
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'function') return `a function named ${JSON.stringify(value.name)}`;
  if (typeof value === 'object') return `an object of ${value.constructor?.name ?? 'no class'}`;
  return `${typeof value} ${typeof value === 'string' ? JSON.stringify(value) : String(value)}`;
}
