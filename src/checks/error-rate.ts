import { type Rule, text } from '../core/rules.js';
import type { Check } from '../model/check.js';
import type { Observer } from '../model/observer.js';
import { amountOf, refuseInvalid } from './options.js';
import { judge, resolveThresholds, round, type Thresholds } from './threshold.js';

/** Options of {@link errorRate}. Thresholds are per cent of operations that failed. */
export interface ErrorRateCheckOptions extends Partial<Thresholds> {
  /**
   * Milliseconds to look back on.
   *
   * @default 60_000
   */
  window?: number;
  /**
   * Operations in that time below which the check is healthy: one error out of three says nothing.
   *
   * @default 20
   */
  minRequests?: number;
  /**
   * The name of the operations to look at.
   *
   * @default 'http.server.request', the requests that the service serves
   */
  operation?: string;
}

/** A check that has to be told about operations. */
export interface ErrorRateCheck extends Check {
  readonly observer: Observer;
}

const WINDOW_MS = 60_000;
const MIN_REQUESTS = 20;
const MINUTE_MS = 60_000;
const SLOTS = 60;

const window: Rule = {
  expected: `a number of milliseconds, ${SLOTS} or more`,
  is: (value) => typeof value === 'number' && value >= SLOTS && Number.isFinite(value),
};

/**
 * How many of the service's own requests failed of late: degraded from 5 %, unhealthy from 50 %
 * unless told otherwise. A request fails by a status from 500 on; one whose client went away has not
 * failed. Details: `percent_failed`, `errors_per_minute`, `requests`.
 *
 * Best registered with `critical: false`: where a database fails all replicas, taking all of them
 * out of traffic makes nothing better.
 *
 * @throws TelltaleError when an option cannot be meant.
 * @example
 * monitoring.health.register('errors', errorRate({ warn: 1 }), { critical: false });
 */
export function errorRate(options: ErrorRateCheckOptions = {}): ErrorRateCheck {
  const percent = amountOf('per cent');
  const rules = {
    warn: percent,
    fail: percent,
    window,
    minRequests: amountOf('requests'),
    operation: text,
  };
  refuseInvalid('error rate', options, rules);
  const thresholds = resolveThresholds('error rate', options, { warn: 5, fail: 50 });
  const { minRequests = MIN_REQUESTS, operation = 'http.server.request' } = options;
  const span = options.window ?? WINDOW_MS;
  const counts = createSlidingCounts(span);

  function checkErrorRate() {
    const { all, failed } = counts.read();
    const percentFailed = all === 0 ? 0 : (100 * failed) / all;
    const details = {
      percent_failed: round(percentFailed),
      errors_per_minute: round((failed * MINUTE_MS) / span),
      requests: all,
    };
    if (all < minRequests) return { status: 'healthy' as const, details };
    return judge(
      percentFailed,
      thresholds,
      (figure, bound) => `${round(figure)} % of the requests failed (limit ${bound} %)`,
      details,
    );
  }

  const observer: Observer = {
    name: 'error rate',
    watch(type) {
      if (type.name !== operation) return undefined;
      return { end: ({ outcome }) => counts.add(outcome === 'error') };
    },
  };
  return Object.assign(checkErrorRate, { observer });
}

interface SlidingCounts {
  add(failed: boolean): void;
  read(): { all: number; failed: number };
}

/** Counts by slots of time, of which those that are too old are emptied when they come round again. */
function createSlidingCounts(span: number): SlidingCounts {
  const width = span / SLOTS;
  const all = new Float64Array(SLOTS);
  const failures = new Float64Array(SLOTS);
  let newest = slotNow();

  function slotNow(): number {
    return Math.floor(performance.now() / width);
  }

  function advance(): void {
    const now = slotNow();
    const stale = Math.min(now - newest, SLOTS);
    for (let i = 0; i < stale; i++) {
      all[(now - i) % SLOTS] = 0;
      failures[(now - i) % SLOTS] = 0;
    }
    newest = now;
  }

  return {
    add(failed) {
      advance();
      const slot = newest % SLOTS;
      all[slot] = (all[slot] as number) + 1;
      if (failed) failures[slot] = (failures[slot] as number) + 1;
    },
    read() {
      advance();
      return { all: sum(all), failed: sum(failures) };
    },
  };
}

function sum(counts: Float64Array): number {
  return counts.reduce((total, count) => total + count, 0);
}
