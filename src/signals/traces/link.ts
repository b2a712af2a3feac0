import { isSpanContextValid, type Link, type SpanContext } from '@opentelemetry/api';
import type { RemoteContext } from './propagation/format.js';

/** Whether it names a span. What is no link costs an exporter the whole batch. */
export function isLink(link: Link | null | undefined): boolean {
  return isSpanContext(link?.context);
}

/** Whether it has the ids of a span that there is. */
export function isSpanContext(value: unknown): value is SpanContext {
  if (typeof value !== 'object' || value === null) return false;
  return isSpanContextValid(value as SpanContext) && isNamed(value as RemoteContext);
}

/** Whether its ids are a span's, and not made up to pass on what a caller decided. */
export function isNamed(context: RemoteContext): boolean {
  return !context.nameless;
}
