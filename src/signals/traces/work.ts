import {
  type Attributes,
  type Context,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { isPromiseLike, telling } from '../../core/promise.js';
import { TelltaleError } from '../../model/errors.js';
import type { OperationKind } from '../../model/operation.js';
import { failureOf } from './failure.js';
import { isSpanContext } from './link.js';
import { sendableText } from './sendable.js';

/** What is known of a span when it begins. */
export interface TraceOptions {
  /**
   * Who works for whom: `'server'`, `'client'`, `'producer'`, `'consumer'` or `'internal'`.
   *
   * @default 'internal'
   */
  kind?: OperationKind;
  /** Facts that are known already; further ones by `span.setAttribute`. */
  attributes?: Attributes;
  /**
   * What the span is below, such as what `extract` read from a message.
   *
   * @default the current span
   */
  parent?: Context;
  /**
   * Spans that this one has to do with and is not below, such as those of a batch of messages.
   *
   * @default []
   */
  links?: readonly (Context | SpanContext)[];
}

/** OpenTelemetry's numbers for the kinds of work. */
export const SPAN_KINDS: Readonly<Record<OperationKind, SpanKind>> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
};

/** Takes note of what work threw or rejected with. */
export type Failed = (error: unknown, span: Span) => void;

/** `monitoring.trace`. */
export function traceBy(tracer: Tracer, failed?: Failed) {
  return function traceNamed<T>(
    name: string,
    ...rest: [(span: Span) => T] | [TraceOptions | undefined, (span: Span) => T]
  ): T {
    const [options, fn] = rest.length === 1 ? [{}, rest[0]] : rest;
    if (typeof fn !== 'function') {
      throw new TelltaleError(
        'TELLTALE_INVALID_OPTION',
        `trace ${sendableText(name)}: expected a function, got ${typeof fn}`,
      );
    }
    return traceWork(tracer, name, options ?? {}, fn, failed);
  };
}

/**
 * Runs `fn` in a span that is current while it runs, notes what it throws or rejects with, and ends
 * when it, or its promise, is done.
 */
export function traceWork<T>(
  tracer: Tracer,
  name: string,
  { kind = 'internal', attributes, parent, links }: TraceOptions,
  fn: (span: Span) => T,
  failed: Failed = () => {},
): T {
  const options: SpanOptions = { kind: SPAN_KINDS[kind] };
  if (attributes !== undefined) options.attributes = attributes;
  if (links !== undefined) options.links = links.flatMap(linkTo);
  const run = (span: Span): T => runIn(span, fn, failed);
  return parent === undefined
    ? tracer.startActiveSpan(name, options, run)
    : tracer.startActiveSpan(name, options, parent, run);
}

/** What is no span links to none. */
function linkTo(to: Context | SpanContext): Link | [] {
  const { getValue } = (to ?? {}) as Partial<Context>;
  const context = typeof getValue === 'function' ? trace.getSpanContext(to as Context) : to;
  return isSpanContext(context) ? { context } : [];
}

function runIn<T>(span: Span, fn: (span: Span) => T, failed: Failed): T {
  try {
    const result = fn(span);
    if (isPromiseLike(result)) {
      return telling(
        result,
        () => end(span),
        (error) => fail(span, error, failed),
      ) as T;
    }
    end(span);
    return result;
  } catch (error) {
    fail(span, error, failed);
    throw error;
  }
}

function fail(span: Span, error: unknown, failed: Failed): void {
  failed(error, span);
  const { exception, type, message } = failureOf(error);
  finish(span, () => {
    span.recordException(exception);
    span.setAttribute('error.type', type);
    span.setStatus({ code: SpanStatusCode.ERROR, message });
  });
}

function end(span: Span): void {
  finish(span, () => {});
}

/** Ends the span unless the function has done so. */
function finish(span: Span, describe: () => void): void {
  try {
    if (!span.isRecording()) return;
    describe();
    span.end();
  } catch {
    // A processor of somebody else's that throws is no failure of the function's.
  }
}
