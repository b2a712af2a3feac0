import { isSpanContextValid, type Link, type SpanContext } from '@opentelemetry/api';

/** Whether it names a span. What is no link costs an exporter the whole batch. */
export function isLink(link: Link | null | undefined): boolean {
  return isSpanContext(link?.context);
}

/** Whether it has the ids of a span. */
export function isSpanContext(value: unknown): value is SpanContext {
  return typeof value === 'object' && value !== null && isSpanContextValid(value as SpanContext);
}
