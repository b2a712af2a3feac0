import type { Span } from '@opentelemetry/api';

const serverSpans = new WeakSet<Span>();

/** Notes that somebody else has made the span of a request, with a tracer of telltale's. */
export function noteServerSpan(span: Span): void {
  serverSpans.add(span);
}

/** Whether it is one. */
export function isServerSpan(span: Span): boolean {
  return serverSpans.has(span);
}
