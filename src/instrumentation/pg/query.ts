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

/**
 * Asks, and tells of the end, in each of the ways in which node-postgres is asked: with a callback,
 * for a promise, or with something that is sent as it is. Callbacks and events come in the context of
 * the caller; what is returned is what node-postgres returns.
 */
export function askWatched({ query, client, args, begin }: QueryCall): unknown {
  const [config] = args;
  const caller = callerContext();
  const ended = once(begin(caller, textOf(config)));
  const at = callbackIndex(args);
  const submittable = isSubmittable(config);
  let asked = args;
  if (submittable) listenTo(config, caller, ended);
  else if (at !== undefined) asked = withCallback(args, at, caller, ended);

  let result: unknown;
  try {
    result = query.apply(client, asked as unknown[]);
  } catch (error) {
    ended(true, error);
    throw error;
  }
  return submittable || at !== undefined ? result : continued(result, ended);
}

function textOf(config: unknown): unknown {
  if (typeof config === 'string') return config;
  const { text, cursor } = config as { text?: unknown; cursor?: { text?: unknown } };
  return text ?? cursor?.text;
}

/** Where the callback stands: node-postgres takes the last, and one in the configuration if none. */
function callbackIndex([config, values, callback]: readonly unknown[]): number | undefined {
  if (typeof callback === 'function') return 2;
  if (typeof values === 'function' && !callback) return 1;
  const inside =
    typeof config === 'object' ? (config as { callback?: unknown }).callback : undefined;
  return typeof inside === 'function' && !callback ? 0 : undefined;
}

function withCallback(
  args: readonly unknown[],
  at: number,
  caller: AsyncResource,
  ended: Ended,
): unknown[] {
  const [config, values] = args;
  const callback = at === 0 ? (config as { callback: unknown }).callback : args[at];
  const answered = answering(callback as Method, caller, ended);
  return at === 1 ? [config, answered] : [config, values, answered];
}

function once(ended: Ended): Ended {
  let isOver = false;
  return (failed, error) => {
    if (isOver) return;
    isOver = true;
    ended(failed, error);
  };
}
