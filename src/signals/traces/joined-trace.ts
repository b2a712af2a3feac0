import { type Attributes, type Span, type SpanContext, TraceFlags } from '@opentelemetry/api';
import { UNMATCHED } from '../../model/http.js';
import type { Operation } from '../../model/operation.js';
import type { TraceIdentity } from '../../model/trace.js';

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
    this.sampled = (context.traceFlags & TraceFlags.SAMPLED) !== 0;
    this.context = context;
    this.span = span;
    this.begun = begun;
  }
}

/** Adds the route, and the name made of it, to a server span of somebody else's that has none. */
export function nameRoute(span: Span, { http, name }: Operation): void {
  const { attributes } = span as { attributes?: Attributes };
  if (http === undefined || http.route === UNMATCHED || !span.isRecording()) return;
  if (attributes === undefined || attributes['http.route'] !== undefined) return;
  span.setAttribute('http.route', http.route).updateName(name);
}
