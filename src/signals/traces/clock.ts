import type { TimeInput } from '@opentelemetry/api';

/**
 * The wall clock of one trace in this process: it is read once and then advances with the monotonic
 * clock, so that no span of the trace begins before its parent or overlaps the one before it.
 */
export interface Clock {
  /** Milliseconds since the epoch, with fractions. */
  now(): number;
  /** The same for an earlier reading of `performance.now()`. */
  at(monotonic: number): number;
}

/** Creates a clock that is right now. */
export function createClock(): Clock {
  const offset = Date.now() - performance.now();
  return {
    now: () => offset + performance.now(),
    at: (monotonic) => offset + monotonic,
  };
}

const CLOCK = Symbol('telltale.clock');

/** Notes the clock of a span, for the spans below it. */
export function keepClock<Holder extends object>(holder: Holder, clock: Clock): Holder {
  (holder as { [CLOCK]?: Clock })[CLOCK] = clock;
  return holder;
}

/** The clock that was noted, or a new one. */
export function clockOf(holder: object | undefined): Clock {
  return (holder as { [CLOCK]?: Clock } | undefined)?.[CLOCK] ?? createClock();
}

/** A time as OpenTelemetry's API takes it; without one, now. */
export function epochMilliseconds(time: TimeInput | undefined, clock: Clock): number {
  if (time === undefined) return clock.now();
  if (time instanceof Date) return time.getTime();
  if (Array.isArray(time)) return time[0] * 1e3 + time[1] / 1e6;
  // As in the SDK, a number that performance.now() has reached is a reading of it.
  return time <= performance.now() ? clock.at(time) : time;
}
