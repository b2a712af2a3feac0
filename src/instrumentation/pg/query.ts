import type { AsyncResource } from 'node:async_hooks';
import { callerContext } from './caller.js';
import { answering, continued, type Ended } from './ends.js';
import { listenTo } from './submittable.js';
import { isSubmittable, type Method } from './targets.js';

/** One call of a client's `query`. */
export interface QueryCall {
  readonly query: Method;
  readonly client: unknown;
  readonly args: readonly unknown[];
  /** Is told of the caller and the text, and returns what is to be told of the end. */
  begin(caller: AsyncResource, text: unknown): Ended;
}

interface Configuration {
  callback?: unknown;
}

/**
 * Asks, and tells of the end, in each of the ways in which node-postgres is asked: with a callback,
 * for a promise, or with something that is sent as it is. Callbacks and events come in the context of
 * the caller; what is returned is what node-postgres returns.
 */
export function askWatched({ query, client, args, begin }: QueryCall): unknown {
  const [config, values] = args;
  const caller = callerContext();
  let ended = once(begin(caller, textOf(config)));
  try {
    if (isSubmittable(config)) {
      ended = listenTo(config, caller, ended);
      return query.apply(client, [...args]);
    }
    const callback = callbackOf(args);
    if (callback === undefined) return continued(query.apply(client, [...args]), ended);
    const answered = answering(callback, caller, ended);
    const asked = [config, typeof values === 'function' ? undefined : values, answered];
    const result = query.apply(client, asked);
    giveBack(config, answered, callback);
    return result;
  } catch (error) {
    ended(true, error);
    throw error;
  }
}

function textOf(config: unknown): unknown {
  if (typeof config === 'string') return config;
  const { text, cursor } = config as { text?: unknown; cursor?: { text?: unknown } };
  return text ?? cursor?.text;
}

/** node-postgres takes the last one, and one in the configuration if there is none. */
function callbackOf([config, values, callback]: readonly unknown[]): Method | undefined {
  if (callback) return typeof callback === 'function' ? (callback as Method) : undefined;
  if (typeof values === 'function') return values as Method;
  const inside = (config as Configuration).callback;
  return typeof inside === 'function' ? (inside as Method) : undefined;
}

/** Older versions write the callback into the configuration, which may be used again. */
function giveBack(config: unknown, answered: Method, callback: Method): void {
  const configuration = config as Configuration;
  if (configuration.callback === answered) configuration.callback = callback;
}

function once(ended: Ended): Ended {
  let isOver = false;
  return (failed, error) => {
    if (isOver) return;
    isOver = true;
    ended(failed, error);
  };
}
