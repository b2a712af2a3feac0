import type { AsyncResource } from 'node:async_hooks';
import { override } from '../../core/override.js';
import type { Ended } from './ends.js';
import type { Method, Submittable } from './targets.js';

type Methods = Record<string, Method>;

/**
 * Listens to what node-postgres tells something that it was given to send: all of it comes by methods
 * called `handle…`, of which two are the end. They are called in the context of the caller, and with
 * them the listeners and callbacks that they call. Returns what ends the listening.
 */
export function listenTo(submittable: Submittable, caller: AsyncResource, ended: Ended): Ended {
  const methods = submittable as unknown as Methods;
  const undo: (() => void)[] = [];

  function finish(failed: boolean, error?: unknown): void {
    for (const step of undo.splice(0)) step();
    ended(failed, error);
  }

  if (typeof methods.handleReadyForQuery !== 'function') {
    undo.push(...listenToEvents(methods, caller, finish));
    return finish;
  }
  for (const name of handlersOf(submittable)) {
    const handler = (handle: Method): Method =>
      function handleWatched(this: unknown, ...args) {
        if (name === 'handleError') finish(true, args[0]);
        try {
          return caller.runInAsyncScope(handle, this, ...args);
        } finally {
          // It may yet find an error among the rows.
          if (name === 'handleReadyForQuery') finish(false);
        }
      };
    undo.push(override(methods, name, handler));
  }
  return finish;
}

/** The queries of pg-native tell by an event or a callback only. */
function listenToEvents(methods: Methods, caller: AsyncResource, finish: Ended): (() => void)[] {
  const undo: (() => void)[] = [];
  if (typeof methods.emit === 'function') {
    const emitter = (emit: Method): Method =>
      function emitWatched(this: unknown, ...args) {
        if (args[0] === 'error') finish(true, args[1]);
        else if (args[0] === 'end' || args[0] === '_done') finish(false);
        return caller.runInAsyncScope(emit, this, ...args);
      };
    undo.push(override(methods, 'emit', emitter));
  }
  return undo;
}

function handlersOf(submittable: object): Set<string> {
  const names = new Set<string>();
  for (
    let from: object = submittable;
    from !== null && from !== Object.prototype;
    from = Object.getPrototypeOf(from)
  ) {
    for (const name of Object.getOwnPropertyNames(from)) {
      if (/^handle[A-Z]/.test(name)) names.add(name);
    }
  }
  return names;
}
