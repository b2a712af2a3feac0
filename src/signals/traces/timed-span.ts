import type { HrTime, SpanContext } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';

/** What made the spans. The SDK has its own idea of it, and puts that here when it is loaded. */
export interface SpanHome {
  resource: ReadableSpan['resource'];
}

/** What is the same of all spans that are made without the SDK: when, where and by whom. */
export abstract class TimedSpan {
  readonly droppedAttributesCount = 0;
  readonly droppedEventsCount = 0;
  readonly droppedLinksCount = 0;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds since the epoch. */
  endedAt: number;
  readonly #home: SpanHome;
  readonly #context: SpanContext;

  constructor(home: SpanHome, context: SpanContext, startedAt: number, endedAt: number) {
    this.#home = home;
    this.#context = context;
    this.startedAt = startedAt;
    this.endedAt = endedAt;
  }

  get resource(): ReadableSpan['resource'] {
    return this.#home.resource;
  }

  get startTime(): HrTime {
    return hrTime(this.startedAt);
  }

  get endTime(): HrTime {
    return hrTime(this.endedAt);
  }

  get duration(): HrTime {
    return hrTime(this.endedAt - this.startedAt);
  }

  spanContext(): SpanContext {
    return this.#context;
  }
}

/**
 * Milliseconds as OpenTelemetry has them: seconds, and nanoseconds. They are whole microseconds, since
 * milliseconds since the epoch have no more digits than that, and Zipkin refuses a batch for a fraction.
 */
export function hrTime(milliseconds: number): HrTime {
  const microseconds = Math.round((milliseconds % 1000) * 1e3);
  const seconds = Math.trunc(milliseconds / 1000);
  return microseconds === 1e6 ? [seconds + 1, 0] : [seconds, microseconds * 1e3];
}
