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

/** OTLP has nanoseconds in 64 bits. */
const LAST = 2 ** 63 / 1e6;

/**
 * A time as OpenTelemetry's API takes it. Without one it is now, and so it is for what is none or no
 * collector would take: one before 1970, or one in another unit.
 */
export function epochMilliseconds(time: TimeInput | undefined, clock: Clock): number {
  const given = millisecondsOf(time, clock);
  return given >= 0 && given < LAST ? given : clock.now();
}

function millisecondsOf(time: TimeInput | undefined, clock: Clock): number {
  if (time instanceof Date) return time.getTime();
  if (Array.isArray(time)) return Number(time[0]) * 1e3 + Number(time[1]) / 1e6;
  if (typeof time !== 'number') return Number.NaN;
  // As in the SDK, a number that performance.now() has reached is a reading of it.
  return time <= performance.now() ? clock.at(time) : time;
}
