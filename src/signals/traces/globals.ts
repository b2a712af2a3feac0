import {
  type Context,
  type ContextManager,
  context,
  propagation,
  ROOT_CONTEXT,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { Scopes, SwitchableScopes } from '../../core/scope.js';
import { w3cPropagator } from './propagator.js';

/**
 * Registers telltale with OpenTelemetry's API, so that other libraries' spans join its traces. What
 * somebody else registered before stays theirs; their context then carries telltale's operations.
 * Returns what gives everything back.
 */
export function registerGlobals(provider: TracerProvider, scopes: SwitchableScopes): () => void {
  const undo: (() => void)[] = [];
  if (context.setGlobalContextManager(contextManagerOf(scopes))) undo.push(() => context.disable());
  else undo.push(keepScopesIn(scopes));
  if (trace.setGlobalTracerProvider(provider)) undo.push(() => trace.disable());
  if (propagation.setGlobalPropagator(w3cPropagator)) undo.push(() => propagation.disable());
  return () => {
    for (const step of undo) step();
  };
}

function keepScopesIn(scopes: SwitchableScopes): () => void {
  scopes.keep({
    run: (scope, fn) => context.with(scope, fn),
    active: () => context.active(),
  });
  return () => scopes.keep(undefined);
}

function contextManagerOf(scopes: Scopes): ContextManager {
  const manager: ContextManager = {
    active: () => scopes.active() ?? ROOT_CONTEXT,
    with: (scope, fn, thisArg, ...args) =>
      scopes.run(scope, () => fn.apply(thisArg as never, args)),
    bind: (scope, target) => bind(scopes, scope, target),
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}

function bind<T>(scopes: Scopes, scope: Context, target: T): T {
  if (typeof target === 'function') {
    const call = target as unknown as (...args: unknown[]) => unknown;
    return function bound(this: unknown, ...args: unknown[]) {
      return scopes.run(scope, () => call.apply(this, args));
    } as T;
  }
  const emitter = target as { emit?: (...args: unknown[]) => unknown } | null;
  if (typeof emitter?.emit === 'function') {
    const { emit } = emitter;
    emitter.emit = function emitInScope(...args) {
      return scopes.run(scope, () => emit.apply(this, args));
    };
  }
  return target;
}
