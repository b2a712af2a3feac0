import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Deadline } from '../../core/deadline.js';
import { Family } from './family.js';
import type { PromMetric } from './sample.js';

/** A metric as registries hold it: of telltale's own, or of anybody's prom-client. */
export interface RegisteredMetric {
  readonly name: string;
  get(): Promise<PromMetric> | PromMetric;
}

/** What metrics do before they can be written: run their own `collect`, or say what they hold. */
export interface Readings {
  /**
   * Reads a metric, or joins who is reading it already. Resolves with what a metric that somebody
   * else made holds. Rejects when that fails or is late, and at once when all who waited for the
   * reading before have given up on it, for as long as it may still come to an end.
   */
  read(metric: RegisteredMetric, deadline: Deadline): Promise<PromMetric | undefined>;
}

/** What takes longer will not answer any more, and is begun anew. */
const LOST_AFTER_MS = 60_000;

interface UnderWay {
  readonly work: Promise<PromMetric | undefined>;
  readonly lostAt: number;
  waiting: number;
}

/** Creates the readings of one scraper. */
export function createReadings(lostAfterMs = LOST_AFTER_MS): Readings {
  const underWay = new Map<RegisteredMetric, UnderWay>();

  function begin(metric: RegisteredMetric): UnderWay {
    const work = readingOf(metric).finally(() => {
      if (underWay.get(metric) === reading) underWay.delete(metric);
    });
    const reading = { work, lostAt: performance.now() + lostAfterMs, waiting: 0 };
    underWay.set(metric, reading);
    return reading;
  }

  return {
    async read(metric, deadline) {
      let reading = underWay.get(metric);
      if (reading?.waiting === 0) {
        if (performance.now() < reading.lostAt)
          throw new Error('still busy with the collection before');
        reading = undefined;
      }
      reading ??= begin(metric);
      reading.waiting++;
      try {
        return await deadline.hold(reading.work);
      } finally {
        reading.waiting--;
      }
    },
  };
}

/** Whether there is nothing to wait for but this turn of the event loop. */
export function isSoon(work: Promise<unknown>): Promise<boolean> {
  const yes = () => true;
  return Promise.race([work.then(yes, yes), nextTurn(false)]);
}

// Being async makes a rejection of what is thrown, and a promise of anything that has a `then`.
async function readingOf(metric: RegisteredMetric): Promise<PromMetric | undefined> {
  if (!(metric instanceof Family)) return metric.get();
  await metric.collect?.();
  return undefined;
}
