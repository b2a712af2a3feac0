import type { Attributes, Span, SpanContext } from '@opentelemetry/api';
import { UNMATCHED } from '../../model/http.js';
import type { Operation } from '../../model/operation.js';
import type { TraceIdentity } from '../../model/trace.js';
import { isServerSpan } from './server-spans.js';
import { isSampled } from './traceparent.js';

/** The place of an operation in a trace that somebody else makes: it is its span. */
export class JoinedTrace implements TraceIdentity {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
  readonly context: SpanContext;
  readonly span: Span;
  /** Whether telltale began the span, and so ends it. */
  readonly begun: boolean;

  constructor(span: Span, begun: boolean) {
    const context = span.spanContext();
    this.traceId = context.traceId;
    this.spanId = context.spanId;
    this.sampled = isSampled(context);
    this.context = context;
    this.span = span;
    this.begun = begun;
  }
}

/** Adds the route, and the name made of it, to a server span of somebody else's that has none. */
export function nameRoute(span: Span, { http, name }: Operation): void {
  if (http === undefined || http.route === UNMATCHED || !span.isRecording()) return;
  if (!isServerSpan(span) && !lacksRoute(span)) return;
  span.setAttribute('http.route', http.route).updateName(name);
}

/** What cannot be looked into is left as it is. */
function lacksRoute(span: Span): boolean {
  const { attributes } = span as { attributes?: Attributes };
  return attributes !== undefined && attributes['http.route'] === undefined;
}
