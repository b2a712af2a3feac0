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
import { isPromiseLike } from '../../core/promise.js';
import type { OperationKind } from '../../model/operation.js';

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

/** `monitoring.trace`. */
export function traceBy(tracer: Tracer) {
  return function traceNamed<T>(
    name: string,
    ...rest: [(span: Span) => T] | [TraceOptions, (span: Span) => T]
  ): T {
    const [options, fn] = rest.length === 1 ? [{}, rest[0]] : rest;
    return traceWork(tracer, name, options, fn);
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
): T {
  const options: SpanOptions = { kind: SPAN_KINDS[kind] };
  if (attributes !== undefined) options.attributes = attributes;
  if (links !== undefined) options.links = links.flatMap(linkTo);
  const run = (span: Span): T => runIn(span, fn);
  return parent === undefined
    ? tracer.startActiveSpan(name, options, run)
    : tracer.startActiveSpan(name, options, parent, run);
}

function linkTo(to: Context | SpanContext): Link | [] {
  const context = 'traceId' in to ? to : trace.getSpanContext(to);
  return context !== undefined && trace.isSpanContextValid(context) ? { context } : [];
}

function runIn<T>(span: Span, fn: (span: Span) => T): T {
  let result: T;
  try {
    result = fn(span);
  } catch (error) {
    fail(span, error);
    throw error;
  }
  if (!isPromiseLike(result)) {
    end(span);
    return result;
  }
  // The caller gets the continued promise: a rejection that it forgets stays an unhandled one.
  return result.then(
    (value) => {
      end(span);
      return value;
    },
    (error) => {
      fail(span, error);
      throw error;
    },
  ) as T;
}

function fail(span: Span, error: unknown): void {
  const isError = error instanceof Error;
  span.recordException(isError ? error : String(error));
  span.setAttribute('error.type', isError ? error.name : '_OTHER');
  span.setStatus({ code: SpanStatusCode.ERROR, message: isError ? error.message : String(error) });
  end(span);
}

/** Ends the span unless the function has done so. */
function end(span: Span): void {
  if (span.isRecording()) span.end();
}
