import type { Attributes, SpanContext, SpanKind, SpanStatus } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { type SpanHome, TimedSpan } from './timed-span.js';

/** All there is to know of a piece of work that has ended and that nobody asked a span of. */
export interface FinishedWork {
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
  readonly endTime: number;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
}

const NONE: never[] = [];

/**
 * A span that was never open. The SDK's own is made to be written to while work goes on; this one is
 * made once all is known, for a third of the cost.
 */
export class FinishedSpan extends TimedSpan implements ReadableSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext?: SpanContext;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly links = NONE;
  readonly events = NONE;
  readonly ended = true;
  readonly instrumentationScope: ReadableSpan['instrumentationScope'];

  constructor(work: FinishedWork, home: SpanHome, scope: ReadableSpan['instrumentationScope']) {
    super(home, work.context, work.startTime, work.endTime);
    this.name = work.name;
    this.kind = work.kind;
    if (work.parent !== undefined) this.parentSpanContext = work.parent;
    this.status = work.status;
    this.attributes = work.attributes;
    this.instrumentationScope = scope;
  }
}
