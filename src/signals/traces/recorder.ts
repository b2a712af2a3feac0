import type { Attributes, Link, Span, SpanContext, SpanKind } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { type Clock, keepClock } from './clock.js';
import { FinishedSpan, type FinishedWork } from './finished-span.js';
import { TELLTALE_SCOPE } from './identity.js';
import { PlainSpan } from './plain-span.js';
import type { SpanHome } from './timed-span.js';

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
  /** Whether somebody wants to see spans when they begin: then none is made at the end only. */
  readonly eager: boolean;
  record(start: SpanStart): Span;
  /** Makes the span of work that is over already. */
  finish(work: FinishedWork): void;
}

/** What makes spans by the rules of OpenTelemetry's SDK. */
export interface SpanMaker {
  record(start: SpanStart): Span;
  /** Makes the same span again. */
  retell(span: PlainSpan | FinishedSpan): void;
}

/** A recorder that works before the SDK is there. */
export interface LateRecorder extends SpanRecorder {
  /** From now on spans are made by the SDK, and so are those again that wait for it. */
  open(sdk: SpanMaker): void;
  /** The SDK could not be had, and spans go on as they are. */
  abandon(): void;
}

/** What the recorder is made for. */
export interface RecorderParts {
  readonly home: SpanHome;
  readonly eager: boolean;
  /** Whether every span must be one of the SDK's own: for its processors, or for its limits. */
  readonly strict: boolean;
  /** Is given every span that has ended. */
  take(span: ReadableSpan): void;
}

/** As many as the SDK's own queue holds. */
const MOST_KEPT = 2048;

/**
 * Creates a recorder for an SDK that is loaded later. Loading it takes some 50 ms, which no service
 * should wait for at start-up, and no span should be lost to.
 */
export function createLateRecorder({ home, eager, strict, take }: RecorderParts): LateRecorder {
  const kept: (PlainSpan | FinishedSpan)[] = [];
  let sdk: SpanMaker | undefined;
  let abandoned = false;

  function end(span: PlainSpan | FinishedSpan): void {
    if (!strict || abandoned) return take(span);
    if (sdk !== undefined) return sdk.retell(span);
    // More than that are rather exported as they are than lost.
    if (kept.length < MOST_KEPT) kept.push(span);
    else take(span);
  }

  return {
    eager,
    record(start) {
      if (sdk !== undefined) return sdk.record(start);
      return keepClock(new PlainSpan(start, home, end), start.clock);
    },
    finish(work) {
      end(new FinishedSpan(work, home, TELLTALE_SCOPE));
    },
    open(maker) {
      sdk = maker;
      for (const span of kept.splice(0)) maker.retell(span);
    },
    abandon() {
      abandoned = true;
      for (const span of kept.splice(0)) take(span);
    },
  };
}
