import type { Attributes, HrTime, SpanContext, SpanKind, SpanStatus } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';

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

/** What made the spans. The SDK has its own idea of it, and puts that here when it is loaded. */
export interface SpanHome {
  resource: ReadableSpan['resource'];
}

const NONE: never[] = [];

/**
 * A span that was never open. The SDK's own is made to be written to while work goes on; this one is
 * made once all is known, for a third of the cost.
 */
export class FinishedSpan implements ReadableSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext?: SpanContext;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly links = NONE;
  readonly events = NONE;
  readonly ended = true;
  readonly instrumentationScope: ReadableSpan['instrumentationScope'];
  readonly droppedAttributesCount = 0;
  readonly droppedEventsCount = 0;
  readonly droppedLinksCount = 0;
  readonly #home: SpanHome;
  readonly #context: SpanContext;
  readonly #start: number;
  readonly #end: number;

  constructor(work: FinishedWork, home: SpanHome, scope: ReadableSpan['instrumentationScope']) {
    this.name = work.name;
    this.kind = work.kind;
    if (work.parent !== undefined) this.parentSpanContext = work.parent;
    this.status = work.status;
    this.attributes = work.attributes;
    this.#home = home;
    this.instrumentationScope = scope;
    this.#context = work.context;
    this.#start = work.startTime;
    this.#end = work.endTime;
  }

  get resource(): ReadableSpan['resource'] {
    return this.#home.resource;
  }

  get startTime(): HrTime {
    return hrTime(this.#start);
  }

  get endTime(): HrTime {
    return hrTime(this.#end);
  }

  get duration(): HrTime {
    return hrTime(this.#end - this.#start);
  }

  /** Milliseconds since the epoch. */
  get startedAt(): number {
    return this.#start;
  }

  /** Milliseconds since the epoch. */
  get endedAt(): number {
    return this.#end;
  }

  spanContext(): SpanContext {
    return this.#context;
  }
}

/** Milliseconds as OpenTelemetry has them: seconds, and nanoseconds. */
export function hrTime(milliseconds: number): HrTime {
  const nanoseconds = Math.round((milliseconds % 1000) * 1e6);
  const seconds = Math.trunc(milliseconds / 1000);
  return nanoseconds === 1e9 ? [seconds + 1, 0] : [seconds, nanoseconds];
}
