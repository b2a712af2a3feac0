import { type SpanContext, TraceFlags } from '@opentelemetry/api';

/**
 * Says that the right half of the trace id is random, so that it can be sampled by.
 * https://www.w3.org/TR/trace-context-2/#random-trace-id-flag
 */
export const RANDOM_FLAG = 0b10;

const KNOWN_FLAGS = TraceFlags.SAMPLED | RANDOM_FLAG;
const SHAPE = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/;
const LENGTH = 55;
const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);

/**
 * Reads a `traceparent` header. Undefined when it is not valid: then the trace starts anew. A higher
 * version than ours may say more behind a further dash, and flags that we do not know are not
 * passed on.
 * https://www.w3.org/TR/trace-context-2/#traceparent-header
 */
export function parseTraceparent(header: unknown): SpanContext | undefined {
  if (typeof header !== 'string' || !SHAPE.test(header)) return undefined;
  if (header.startsWith('ff') || (header.length !== LENGTH && header.startsWith('00'))) {
    return undefined;
  }
  const traceId = header.slice(3, 35);
  const spanId = header.slice(36, 52);
  if (traceId === NO_TRACE || spanId === NO_SPAN) return undefined;
  const traceFlags = Number.parseInt(header.slice(53, 55), 16) & KNOWN_FLAGS;
  return { traceId, spanId, traceFlags, isRemote: true };
}

/** Writes a `traceparent` header. */
export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-0${traceFlags & KNOWN_FLAGS}`;
}

/**
 * The flags of a span below `parent`. Only who made a trace id knows whether it is random: below a
 * caller its word is passed on, and ids of our own are.
 */
export function flagsBelow(parent: SpanContext | undefined, sampled: boolean): number {
  const random = parent === undefined ? RANDOM_FLAG : parent.traceFlags & RANDOM_FLAG;
  return sampled ? random | TraceFlags.SAMPLED : random;
}

/** Whether a span is recorded by whoever made it. */
export function isSampled({ traceFlags }: SpanContext): boolean {
  return (traceFlags & TraceFlags.SAMPLED) === TraceFlags.SAMPLED;
}
