import {
  type Context,
  type ContextManager,
  context,
  type ProxyTracerProvider,
  propagation,
  ROOT_CONTEXT,
  type TextMapPropagator,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { ownScopes, type Scopes, type SwitchableScopes } from '../../core/scope.js';

/** What one Monitoring registers with OpenTelemetry's API. */
interface Registration {
  readonly provider: TracerProvider;
  /** Is told when somebody else registers a provider afterwards, which has no effect. */
  readonly late: () => void;
}

/**
 * The registrations of all Monitorings in the process, that in effect first. OpenTelemetry's API has
 * room for one, and so has the process for one context: whoever stops leaves it to the next.
 */
const registrations: Registration[] = [];

/** Monitorings that use the API's context and propagation, and which of these are telltale's. */
let users = 0;
let ours = { context: false, propagation: false };

/** What a Monitoring has to do with OpenTelemetry's API. */
export interface GlobalParts {
  /** What to register, so that other libraries' spans join; absent when another's is joined. */
  readonly provider: TracerProvider | undefined;
  readonly propagator: TextMapPropagator;
  readonly scopes: SwitchableScopes;
  readonly late: () => void;
}

/**
 * Registers telltale with OpenTelemetry's API. What somebody else registered before stays theirs;
 * their context then carries telltale's operations. Returns what gives everything back.
 */
export function registerGlobals({ provider, propagator, scopes, late }: GlobalParts): () => void {
  if (users === 0) {
    ours = {
      context: context.setGlobalContextManager(contextManagerOf(ownScopes)),
      propagation: propagation.setGlobalPropagator(propagator),
    };
  }
  users++;
  if (!ours.context) scopes.keep(foreignScopes);
  const registration = provider && { provider, late };
  if (registration !== undefined) {
    registrations.push(registration);
    if (delegate() === undefined) putFirst(registration);
  }
  return () => {
    if (registration !== undefined) withdraw(registration);
    users--;
    if (users > 0) return;
    if (ours.context) context.disable();
    if (ours.propagation) propagation.disable();
  };
}

/** The provider that somebody else has registered with OpenTelemetry's API. */
export function foreignProvider(): TracerProvider | undefined {
  const current = delegate();
  return registrations.some(({ provider }) => provider === current) ? undefined : current;
}

/** What is behind the API's own provider, whichever copy of the API it comes from. */
function delegate(): TracerProvider | undefined {
  const current = trace.getTracerProvider() as TracerProvider & Partial<ProxyTracerProvider>;
  if (current.getDelegate === undefined) return current;
  return current.getDelegateTracer?.('telltale') === undefined ? undefined : current.getDelegate();
}

function putFirst(registration: Registration): void {
  trace.setGlobalTracerProvider(registration.provider);
  registrations.splice(registrations.indexOf(registration), 1);
  registrations.unshift(registration);
  hearLate(registration.late);
}

function withdraw(registration: Registration): void {
  registrations.splice(registrations.indexOf(registration), 1);
  if (delegate() !== registration.provider) return;
  delete (trace as { setGlobalTracerProvider?: unknown }).setGlobalTracerProvider;
  trace.disable();
  const [next] = registrations;
  if (next !== undefined) putFirst(next);
}

/** The API tells of a second registration only whoever asks it to log. */
function hearLate(late: () => void): void {
  const { setGlobalTracerProvider } = Object.getPrototypeOf(trace) as typeof trace;
  trace.setGlobalTracerProvider = (provider) => {
    late();
    return setGlobalTracerProvider.call(trace, provider);
  };
}

/** Scopes in the context of whoever registered one before. */
const foreignScopes: Scopes = {
  run: (scope, fn) => context.with(scope, fn),
  active() {
    const active = context.active();
    return active === ROOT_CONTEXT ? undefined : active;
  },
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
