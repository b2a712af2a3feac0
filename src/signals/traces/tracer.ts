import {
  type Context,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  type Tracer,
  type TracerOptions,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { Scopes } from '../../core/scope.js';
import { epochMilliseconds } from './clock.js';
import { clockIn, spanContextIn } from './identity.js';
import { newSpanId, newTraceId } from './ids.js';
import { isLink, isNamed } from './link.js';
import type { SpanRecorder, SpanStart } from './recorder.js';
import type { Sampler } from './sampling.js';
import { noteServerSpan } from './server-spans.js';
import { isSuppressed } from './suppress.js';
import { flagsBelow, isSampled } from './traceparent.js';

/** What tracers need. */
export interface TracerParts {
  scopes: Scopes;
  sample: Sampler;
  /** Absent when nothing is exported: then spans only carry ids. */
  recorder: SpanRecorder | undefined;
}

/**
 * Tracers with OpenTelemetry's interface that decide on sampling themselves, so that the SDK need
 * not be there, and a span that is not recorded costs two ids and nothing else.
 */
export class TelltaleTracerProvider implements TracerProvider {
  readonly #parts: TracerParts;
  readonly #tracers = new Map<string, Tracer>();

  constructor(parts: TracerParts, flush: () => Promise<void>) {
    this.#parts = parts;
    this.forceFlush = flush;
  }

  /** Sends what is waiting, as OpenTelemetry's own providers do. */
  readonly forceFlush: () => Promise<void>;

  getTracer(name: string, version?: string, _options?: TracerOptions): Tracer {
    const key = `${name}@${version ?? ''}`;
    let tracer = this.#tracers.get(key);
    if (tracer === undefined) {
      tracer = createTracer({ name, version }, this.#parts);
      this.#tracers.set(key, tracer);
    }
    return tracer;
  }
}

function createTracer(scope: SpanStart['scope'], parts: TracerParts): Tracer {
  const { scopes, sample, recorder } = parts;

  function startSpan(name: string, options: SpanOptions = {}, given?: Context): Span {
    const span = makeSpan(name, options, given);
    if (options.kind === SpanKind.SERVER) noteServerSpan(span);
    return span;
  }

  function makeSpan(name: string, options: SpanOptions, given: Context | undefined): Span {
    const context = given ?? scopes.active() ?? ROOT_CONTEXT;
    if (isSuppressed(context)) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    const parent = options.root ? undefined : spanContextIn(context);
    const spanContext = contextBelow(parent, sample);
    if (recorder === undefined || !isSampled(spanContext)) {
      return trace.wrapSpanContext(spanContext);
    }
    const clock = clockIn(options.root ? undefined : context);
    return recorder.record({
      context: spanContext,
      parent: parent && isNamed(parent) ? parent : undefined,
      name,
      kind: kindOf(options),
      startTime: epochMilliseconds(options.startTime, clock),
      clock,
      attributes: options.attributes,
      links: options.links?.filter(isLink),
      scope,
    });
  }

  function startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    ...rest: [F] | [SpanOptions, F] | [SpanOptions, Context, F]
  ): ReturnType<F> {
    const fn = rest.at(-1) as F;
    const options = rest.length > 1 ? (rest[0] as SpanOptions) : {};
    const given = rest.length > 2 ? (rest[1] as Context | undefined) : undefined;
    const context = given ?? scopes.active() ?? ROOT_CONTEXT;
    const span = startSpan(name, options, context);
    return scopes.run(trace.setSpan(context, span), () => fn(span)) as ReturnType<F>;
  }

  return { startSpan, startActiveSpan };
}

function kindOf({ kind }: SpanOptions): SpanKind {
  return typeof kind === 'number' && kind in SpanKind ? kind : SpanKind.INTERNAL;
}

function contextBelow(parent: SpanContext | undefined, sample: Sampler): SpanContext {
  const traceId = parent?.traceId ?? newTraceId();
  const context: SpanContext = {
    traceId,
    spanId: newSpanId(),
    traceFlags: flagsBelow(parent, sample(traceId, parent)),
  };
  if (parent?.traceState !== undefined) context.traceState = parent.traceState;
  return context;
}

/** A tracer that goes on with another one, once it is known which. */
export function switchingTracer(current: () => Tracer): Tracer {
  const startActiveSpan = (...args: Parameters<Tracer['startActiveSpan']>) =>
    current().startActiveSpan(...args);
  return {
    startSpan: (...args) => current().startSpan(...args),
    startActiveSpan: startActiveSpan as Tracer['startActiveSpan'],
  };
}
