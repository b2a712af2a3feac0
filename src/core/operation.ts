import type { HttpFacts } from '../model/http.js';
import type {
  Attributes,
  LabelValues,
  Operation,
  OperationType,
  Outcome,
} from '../model/operation.js';
import type { Scope } from '../model/scope.js';
import type { TraceIdentity } from '../model/trace.js';
import type { Plan } from './plan.js';
import { SPAN } from './span-key.js';

/** The key under which a scope gives its operation. */
export const OPERATION = Symbol('telltale.operation');

/**
 * An operation while it runs. It is its own scope, so that making it current costs no further
 * object, and a class, because one is made for every request. Making it begins it: the observers of
 * its plan are told.
 */
export class LiveOperation implements Operation, Scope {
  readonly type: OperationType;
  name: string;
  readonly labels: LabelValues<string>;
  readonly parent: Scope | undefined;
  readonly http: HttpFacts | undefined;
  readonly request: HttpFacts | undefined;
  readonly startedAt: number;
  duration = 0;
  outcome: Outcome = 'ok';
  error: unknown = undefined;
  trace: TraceIdentity | undefined = undefined;
  bound: Readonly<Record<string, unknown>> | undefined = undefined;
  ended = false;
  #attributes: Attributes | undefined;
  readonly #plan: Plan;

  constructor(
    plan: Plan,
    name: string,
    labels: LabelValues<string>,
    parent: Scope | undefined,
    http: HttpFacts | undefined,
    attributes: Attributes | undefined,
  ) {
    this.type = plan.type;
    this.name = name;
    this.labels = labels;
    this.parent = parent;
    this.http = http;
    this.request = http ?? (parent?.getValue(OPERATION) as LiveOperation | undefined)?.request;
    this.#attributes = attributes;
    this.#plan = plan;
    this.startedAt = performance.now();
    plan.start(this);
  }

  get attributes(): Attributes {
    this.#attributes ??= {};
    return this.#attributes;
  }

  /** Ends the operation and tells every observer. Only the first call counts. */
  end(outcome: Outcome, error?: unknown): void {
    if (this.ended) return;
    this.ended = true;
    this.duration = (performance.now() - this.startedAt) / 1000;
    this.outcome = outcome;
    if (error !== undefined) this.error = error;
    this.#plan.end(this);
  }

  getValue(key: symbol): unknown {
    if (key === OPERATION) return this;
    if (key === SPAN && this.trace !== undefined) return this.trace.span;
    return this.parent?.getValue(key);
  }

  setValue(key: symbol, value: unknown): Scope {
    return new DerivedScope(this, key, value);
  }

  deleteValue(key: symbol): Scope {
    return new DerivedScope(this, key, undefined);
  }
}

/** A scope that differs from its parent in one value, as OpenTelemetry's contexts do. */
class DerivedScope implements Scope {
  constructor(parent: Scope, key: symbol, value: unknown) {
    this.#parent = parent;
    this.#key = key;
    this.#value = value;
  }

  readonly #parent: Scope;
  readonly #key: symbol;
  readonly #value: unknown;

  getValue(key: symbol): unknown {
    return key === this.#key ? this.#value : this.#parent.getValue(key);
  }

  setValue(key: symbol, value: unknown): Scope {
    return new DerivedScope(this, key, value);
  }

  deleteValue(key: symbol): Scope {
    return new DerivedScope(this, key, undefined);
  }
}
