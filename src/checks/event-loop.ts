import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Check } from '../model/check.js';
import { judge, resolveThresholds, round, type Thresholds } from './threshold.js';

/** Options of {@link eventLoop}. Thresholds are milliseconds of delay, 99th percentile. */
export interface EventLoopCheckOptions extends Partial<Thresholds> {}

const RESOLUTION_MS = 20;

/**
 * How late the event loop is, since the check last ran: degraded from 100 ms, unhealthy from
 * 1000 ms unless told otherwise. Details: `delay_p99_ms`, `delay_max_ms`. Measuring begins with the
 * first run, so that a check that nobody asks costs nothing, and ends when the check is closed.
 *
 * @throws TelltaleError when the thresholds are not 0 <= warn <= fail.
 * @example
 * monitoring.health.register('loop', eventLoop({ warn: 50, fail: 500 }), { critical: false });
 */
export function eventLoop(options: EventLoopCheckOptions = {}): Check {
  const thresholds = resolveThresholds('event loop', options, { warn: 100, fail: 1000 });
  let histogram: ReturnType<typeof monitorEventLoopDelay> | undefined;
  function checkEventLoop() {
    if (histogram === undefined) {
      // Its timer does not keep the process alive.
      histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      histogram.enable();
    }
    const p99 = delay(histogram.percentile(99));
    const details = { delay_p99_ms: round(p99), delay_max_ms: round(delay(histogram.max)) };
    histogram.reset();
    return judge(
      p99,
      thresholds,
      (figure, bound) => `the event loop is ${round(figure)} ms late (limit ${bound} ms)`,
      details,
    );
  }
  return Object.assign(checkEventLoop, {
    close() {
      histogram?.disable();
      histogram = undefined;
    },
  });
}

/** The histogram holds nanoseconds between ticks, of which the resolution itself is no delay. */
function delay(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
}
