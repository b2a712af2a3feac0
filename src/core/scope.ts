import { AsyncLocalStorage } from 'node:async_hooks';
import type { Scope } from '../model/scope.js';
import type { HttpExchange } from './exchange.js';
import { type LiveOperation, OPERATION } from './operation.js';

/** Runs functions in a scope and tells which scope is current. */
export interface Scopes {
  run<T>(scope: Scope, fn: () => T): T;
  active(): Scope | undefined;
}

// One storage for the whole process, like OpenTelemetry's own: a trace does not end where one
// monitored app calls another. It holds no state of any app.
const storage = new AsyncLocalStorage<Scope>();

/** Scopes on telltale's own AsyncLocalStorage. */
export const ownScopes: Scopes = {
  run: (scope, fn) => storage.run(scope, fn),
  active: () => storage.getStore(),
};

/** No scopes: entering one costs a microsecond a request, also where nothing will ever ask for it. */
export const noScopes: Scopes = {
  run: (_scope, fn) => fn(),
  active: () => undefined,
};

/** Scopes whose keeper can be changed while the service starts: another SDK may own the context. */
export interface SwitchableScopes extends Scopes {
  /** From now on `keeper` holds the scopes; `undefined` goes back to telltale's own storage. */
  keep(keeper: Scopes | undefined): void;
}

/** Creates the scopes of one Monitoring. */
export function createScopes(): SwitchableScopes {
  let keeper = ownScopes;
  return {
    run: (scope, fn) => keeper.run(scope, fn),
    active: () => keeper.active(),
    keep(next) {
      keeper = next ?? ownScopes;
    },
  };
}

/** The request that is being served where this is called, unless another SDK owns the context. */
export function activeRequest(): HttpExchange | undefined {
  return operationIn(storage.getStore())?.request as HttpExchange | undefined;
}

/** The operation that a scope belongs to. */
export function operationIn(scope: Scope | undefined): LiveOperation | undefined {
  return scope?.getValue(OPERATION) as LiveOperation | undefined;
}
