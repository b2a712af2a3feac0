import type { AsyncResource } from 'node:async_hooks';
import { isPromiseLike } from '../../core/promise.js';
import type { Method } from './targets.js';

/** Is called when something has ended, with the error when it has failed. */
export type Ended = (failed: boolean, error?: unknown) => void;

/** A callback that tells of the end, and then runs in the context of the caller. */
export function answering(callback: Method, caller: AsyncResource, ended: Ended): Method {
  return function answered(this: unknown, error, ...rest) {
    ended(Boolean(error), error);
    return caller.runInAsyncScope(callback, this, error, ...rest);
  };
}

/** What was returned, and when it is a promise, one that tells of its end first. */
export function continued(result: unknown, ended: Ended): unknown {
  if (!isPromiseLike(result)) {
    ended(false);
    return result;
  }
  // The caller gets the continued promise: a rejection that it forgets stays an unhandled one.
  return result.then(
    (value) => {
      ended(false);
      return value;
    },
    (error) => {
      ended(true, error);
      throw error;
    },
  );
}
