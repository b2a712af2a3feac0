import {
  type Context,
  type ContextManager,
  context,
  ProxyTracerProvider,
  propagation,
  ROOT_CONTEXT,
  type TextMapPropagator,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { ownScopes, type Scopes, type SwitchableScopes } from '../../core/scope.js';

/**
 * The providers of all Monitorings in the process, the registered one first. OpenTelemetry's API has
 * room for one, and so has the process for one context: whoever stops leaves it to the next.
 */
const providers: TracerProvider[] = [];

/** Whether the API's context and propagation are telltale's while there are providers. */
let ours = { context: false, propagation: false };

/**
 * Registers telltale with OpenTelemetry's API, so that other libraries' spans join its traces. What
 * somebody else registered before stays theirs; their context then carries telltale's operations.
 * Returns what gives everything back.
 */
export function registerGlobals(
  provider: TracerProvider,
  propagator: TextMapPropagator,
  scopes: SwitchableScopes,
): () => void {
  if (providers.length === 0) {
    ours = {
      context: context.setGlobalContextManager(contextManagerOf(ownScopes)),
      propagation: propagation.setGlobalPropagator(propagator),
    };
  }
  if (!ours.context) scopes.keep(foreignScopes);
  providers.push(provider);
  trace.setGlobalTracerProvider(provider);
  return () => {
    scopes.keep(undefined);
    providers.splice(providers.indexOf(provider), 1);
    if (isGlobal(provider)) passOn();
    if (providers.length > 0) return;
    if (ours.context) context.disable();
    if (ours.propagation) propagation.disable();
  };
}

function isGlobal(provider: TracerProvider): boolean {
  const current = trace.getTracerProvider();
  return current instanceof ProxyTracerProvider && current.getDelegate() === provider;
}

function passOn(): void {
  trace.disable();
  const [next] = providers;
  if (next !== undefined) trace.setGlobalTracerProvider(next);
}

/** Scopes in the context of whoever registered one before. */
const foreignScopes: Scopes = {
  run: (scope, fn) => context.with(scope, fn),
  active: () => context.active(),
};

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
