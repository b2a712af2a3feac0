import {
  type Attributes,
  type Link,
  type Span,
  type SpanContext,
  type SpanKind,
  trace,
} from '@opentelemetry/api';
import { type Clock, keepClock } from './clock.js';
import { DeferredSpan } from './deferred-span.js';
import type { FinishedWork } from './finished-span.js';

/** What a span is made of when it begins. */
export interface SpanStart {
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
  readonly clock: Clock;
  readonly attributes?: Attributes | undefined;
  readonly links?: Link[] | undefined;
  /** Name and version of the library that made the span. */
  readonly scope: { readonly name: string; readonly version?: string | undefined };
}

/** Makes spans that are recorded. */
export interface SpanRecorder {
  record(start: SpanStart): Span;
  /** Makes the span of work that is over already. */
  finish(work: FinishedWork): void;
}

/** A recorder that takes spans before the SDK is there. */
export interface LateRecorder extends SpanRecorder {
  /** Hands everything kept so far, and everything to come, to the SDK. */
  open(sdk: SpanRecorder): void;
  /** The SDK could not be had: what was kept is lost, and nothing more is recorded. */
  abandon(): void;
}

/** As many as the SDK's own queue holds. */
const MOST_KEPT = 2048;
/** As many as the SDK sends at once. */
const BATCH = 512;

/**
 * Creates a recorder for an SDK that is loaded later. Loading it takes some 50 ms, which no service
 * should wait for at start-up, and no span should be lost to. `batchKept` is told when the SDK has
 * enough to do to be loaded now.
 */
export function createLateRecorder(batchKept: () => void): LateRecorder {
  let kept: { start: SpanStart; span: DeferredSpan }[] = [];
  let finished: FinishedWork[] = [];
  let sdk: SpanRecorder | undefined;
  let abandoned = false;
  const isFull = (): boolean => abandoned || kept.length + finished.length >= MOST_KEPT;
  const count = (): void => {
    if (kept.length + finished.length === BATCH) batchKept();
  };
  return {
    record(start) {
      if (sdk !== undefined) return sdk.record(start);
      if (isFull()) return trace.wrapSpanContext(start.context);
      const span = keepClock(new DeferredSpan(start.context, start.clock), start.clock);
      kept.push({ start, span });
      count();
      return span;
    },
    finish(work) {
      if (sdk !== undefined) return sdk.finish(work);
      if (isFull()) return;
      finished.push(work);
      count();
    },
    open(recorder) {
      sdk = recorder;
      for (const { start, span } of kept) span.become(recorder.record(start));
      for (const work of finished) recorder.finish(work);
      kept = [];
      finished = [];
    },
    abandon() {
      abandoned = true;
      kept = [];
      finished = [];
    },
  };
}
