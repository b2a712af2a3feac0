import {
  type Attributes,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  trace,
} from '@opentelemetry/api';
import type { Operation } from '../../model/operation.js';
import type { Scope } from '../../model/scope.js';
import type { TraceIdentity } from '../../model/trace.js';
import { type Clock, clockOf, createClock } from './clock.js';
import { newSpanId, newTraceId } from './ids.js';
import type { JoinedTrace } from './joined-trace.js';
import { isNamed } from './link.js';
import type { RemoteContext } from './propagation/format.js';
import type { SpanRecorder } from './recorder.js';
import type { Sampler } from './sampling.js';
import { sendableText } from './sendable.js';
import { flagsBelow, isSampled } from './traceparent.js';

/** The library name on spans that telltale makes itself. */
export const TELLTALE_SCOPE = { name: 'telltale' } as const;

/**
 * The place of one operation in its trace. Ids exist from the start; a span object is made when
 * somebody asks for it, and otherwise at the end, when all of its attributes are known.
 */
export class OperationTrace implements TraceIdentity {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
  readonly parent: RemoteContext | undefined;
  readonly #operation: Operation;
  readonly #kind: SpanKind;
  /** Absent when the work is not recorded. */
  #recorder: SpanRecorder | undefined;
  #span: Span | undefined = undefined;
  #clock: Clock | undefined = undefined;

  constructor(
    operation: Operation,
    kind: SpanKind,
    parent: RemoteContext | undefined,
    sample: Sampler,
    recorder: SpanRecorder | undefined,
  ) {
    this.traceId = parent?.traceId ?? newTraceId();
    this.spanId = newSpanId();
    const { http } = operation;
    this.sampled = http?.traced !== false && sample(this.traceId, parent, http);
    this.parent = parent && isNamed(parent) ? parent : undefined;
    this.#operation = operation;
    this.#kind = kind;
    this.#recorder = this.sampled ? recorder : undefined;
    if (this.#recorder?.eager) this.#span = this.#makeSpan();
  }

  /** Whether the span will be exported, so that describing it is worth the work. */
  get recorded(): boolean {
    return this.#recorder !== undefined;
  }

  /** Whether somebody has asked for the span and may have written to it. */
  get open(): boolean {
    return this.#span !== undefined;
  }

  get span(): Span {
    this.#span ??= this.#makeSpan();
    return this.#span;
  }

  /** Records the work after all: what is known of it at its end, and not what its span was told. */
  keep(recorder: SpanRecorder): void {
    this.#recorder = recorder;
    this.#span = undefined;
  }

  /** Ends the span exactly as long after its start as the operation took. */
  end(): void {
    const { startedAt, duration } = this.#operation;
    this.span.end(this.clock.at(startedAt + duration * 1000));
  }

  /** Records the work as a span that was never open. */
  finish(status: SpanStatus, attributes: Attributes): void {
    const { name, startedAt, duration, http } = this.#operation;
    this.#recorder?.finish({
      context: this.context,
      parent: this.parent,
      // The name of a request is made of what routers were told.
      name: http === undefined ? sendableText(name) : name,
      kind: this.#kind,
      startTime: this.clock.at(startedAt),
      endTime: this.clock.at(startedAt + duration * 1000),
      status,
      attributes,
    });
  }

  /** The clock of the trace: that of the work above it in this process, or a new one. */
  get clock(): Clock {
    this.#clock ??= clockIn(this.#operation.parent);
    return this.#clock;
  }

  /** Ids and flags as OpenTelemetry has them. */
  get context(): SpanContext {
    const context: SpanContext = {
      traceId: this.traceId,
      spanId: this.spanId,
      traceFlags: flagsBelow(this.parent, this.sampled || this.recorded),
    };
    if (this.parent?.traceState !== undefined) context.traceState = this.parent.traceState;
    return context;
  }

  #makeSpan(): Span {
    const { context } = this;
    if (this.#recorder === undefined) return trace.wrapSpanContext(context);
    return this.#recorder.record({
      context,
      parent: this.parent,
      name: this.#operation.name,
      kind: this.#kind,
      startTime: this.clock.at(this.#operation.startedAt),
      clock: this.clock,
      scope: TELLTALE_SCOPE,
    });
  }
}

/** The span context that is current in a scope, without making a span for it. */
export function spanContextIn(scope: Scope | undefined): SpanContext | undefined {
  if (scope === undefined) return undefined;
  const own = (scope as Partial<Operation>).trace;
  if (own === undefined) return validContext(trace.getSpanContext(scope));
  return (own as OperationTrace | JoinedTrace).context;
}

/** Where in its trace a scope is, if that trace is recorded. */
export function sampledIn(
  scope: Scope | undefined,
): Pick<SpanContext, 'traceId' | 'spanId'> | undefined {
  if (scope === undefined) return undefined;
  const own = (scope as Partial<Operation>).trace;
  if (own !== undefined) return own.sampled ? own : undefined;
  const context = validContext(trace.getSpanContext(scope));
  return context !== undefined && isSampled(context) ? context : undefined;
}

function validContext(context: SpanContext | undefined): SpanContext | undefined {
  return context !== undefined && trace.isSpanContextValid(context) ? context : undefined;
}

/** The clock that spans below a scope go by. */
export function clockIn(scope: Scope | undefined): Clock {
  if (scope === undefined) return createClock();
  const own = (scope as Partial<Operation>).trace;
  return own instanceof OperationTrace ? own.clock : clockOf(trace.getSpan(scope));
}
