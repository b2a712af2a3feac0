import type { AsyncResource } from 'node:async_hooks';
import { override } from '../../core/override.js';
import { createTapping, type Tap } from '../tapping.js';
import { bindFunctions, callerContext } from './caller.js';
import { askWatched } from './query.js';
import { serverOf } from './server.js';
import type { Client } from './targets.js';
import type { PgWatcher } from './watcher.js';

/** Events of the connection, which come in the context of whatever opened its socket. */
const CONNECTION_EVENTS = new Set<unknown>(['error', 'notice', 'notification', 'drain', 'end']);
/** Of these, the ones that are about the query that runs, if one does. */
const QUERY_EVENTS = new Set<unknown>(['error', 'notice']);

/** Lets a Monitoring watch the queries of a client. */
export const watchClient = createTapping(tapClient);

function tapClient(client: Client, watchers: readonly PgWatcher[]): Tap<PgWatcher> {
  const server = serverOf(client);
  const outside = callerContext();
  /** Who has asked and got no answer yet, in the order in which they will. */
  const asking: AsyncResource[] = [];

  function begin(caller: AsyncResource, text: unknown) {
    const ends = watchers.map((watcher) => watcher.asked(text, server));
    asking.push(caller);
    return (failed: boolean, error?: unknown) => {
      asking.splice(asking.indexOf(caller), 1);
      for (const ended of ends) ended(failed, error);
    };
  }

  const undo = [
    override(
      client,
      'query',
      (query) =>
        function queryWatched(this: unknown, ...args) {
          if (watchers.length === 0 || args[0] == null) return query.apply(this, args);
          return askWatched({ query, client: this, args, begin });
        },
    ),
    override(
      client,
      'connect',
      (connect) =>
        function connectOutside(this: unknown, ...args) {
          return outside.runInAsyncScope(connect, this, ...bindFunctions(args));
        },
    ),
    override(
      client,
      'end',
      (end) =>
        function endBound(this: unknown, ...args) {
          return end.apply(this, bindFunctions(args));
        },
    ),
    override(
      client,
      'emit',
      (emit) =>
        function emitInContext(this: unknown, ...args) {
          if (!CONNECTION_EVENTS.has(args[0])) return emit.apply(this, args);
          const asker = QUERY_EVENTS.has(args[0]) ? asking[0] : undefined;
          return (asker ?? outside).runInAsyncScope(emit, this, ...args);
        },
    ),
  ];
  return {
    undo() {
      for (const step of undo) step();
    },
  };
}
