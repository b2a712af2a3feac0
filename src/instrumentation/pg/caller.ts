import { AsyncResource } from 'node:async_hooks';

const NAME = 'telltale.pg';

/**
 * The context of whoever calls this, to be gone back to. It is Node's own: what other libraries keep
 * in an AsyncLocalStorage is there again as well.
 */
export function callerContext(): AsyncResource {
  return new AsyncResource(NAME);
}

/** Arguments whose functions are called in the context of whoever calls this. */
export function bindFunctions(args: readonly unknown[]): unknown[] {
  return args.map((arg) =>
    typeof arg === 'function' ? AsyncResource.bind(arg as () => unknown, NAME) : arg,
  );
}
