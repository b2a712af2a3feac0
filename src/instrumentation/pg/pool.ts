import { override } from '../../core/override.js';
import { createTapping, type Tap } from '../tapping.js';
import { bindFunctions, callerContext } from './caller.js';
import { watchClient } from './client.js';
import { answering, continued } from './ends.js';
import type { Client, Method, Pool } from './targets.js';
import type { PgWatcher } from './watcher.js';

type Leave = (() => void) | undefined;

/** Events that come when it suits the pool, in the context of whoever gave something back. */
const POOL_EVENTS = new Set<unknown>(['connect', 'acquire', 'remove', 'error']);

/** Lets a Monitoring watch a pool and the clients that it has. */
export const watchPool = createTapping(tapPool);

function tapPool(pool: Pool, watchers: readonly PgWatcher[]): Tap<PgWatcher> {
  const outside = callerContext();
  const clients = new Map<Client, Map<PgWatcher, Leave>>();

  function meet(client: Client): void {
    const leaves = clients.get(client) ?? new Map<PgWatcher, Leave>();
    clients.set(client, leaves);
    for (const watcher of watchers) {
      if (!leaves.has(watcher)) leaves.set(watcher, watchClient(client, watcher));
    }
  }

  function part(client: Client): void {
    for (const leave of clients.get(client)?.values() ?? []) leave?.();
    clients.delete(client);
  }

  function wanted() {
    const free = pool.idleCount > pool.waitingCount;
    const ends = watchers.map((watcher) => watcher.wanted(free));
    return (failed: boolean, error?: unknown) => {
      for (const ended of ends) ended(failed, error);
    };
  }

  function boundAt(method: Method): Method {
    return function bound(this: unknown, ...args) {
      return method.apply(this, bindFunctions(args));
    };
  }

  const undo = [
    // Connections are opened outside of every request: their sockets outlive it.
    override(
      pool,
      'connect',
      (connect) =>
        function connectOutside(this: unknown, ...args) {
          const [callback, ...rest] = args;
          const ended = wanted();
          if (typeof callback !== 'function') {
            return continued(outside.runInAsyncScope(connect, this, ...args), ended);
          }
          const answered = answering(callback as Method, callerContext(), ended);
          return outside.runInAsyncScope(connect, this, answered, ...rest);
        },
    ),
    override(pool, 'query', boundAt),
    override(pool, 'end', boundAt),
    override(
      pool,
      'emit',
      (emit) =>
        function emitWatched(this: unknown, ...args) {
          const [event, client] = args;
          if (event === 'connect' || event === 'acquire') meet(client as Client);
          else if (event === 'remove') part(client as Client);
          if (!POOL_EVENTS.has(event)) return emit.apply(this, args);
          return outside.runInAsyncScope(emit, this, ...args);
        },
    ),
  ];
  return {
    left(watcher) {
      for (const leaves of clients.values()) {
        leaves.get(watcher)?.();
        leaves.delete(watcher);
      }
    },
    undo() {
      for (const step of undo) step();
      clients.clear();
    },
  };
}
