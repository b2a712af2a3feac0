import type { Traffic } from '../model/traffic.js';
import type { Part } from './lifecycle.js';

/** Several traffics as one, to which further ones may come at any time. */
export interface Traffics extends Traffic {
  add(traffic: Traffic): void;
}

/** Creates an empty one. Whoever comes late is drained and closed like the others. */
export function createTraffics(): Traffics {
  const all: Traffic[] = [];
  const closing: Promise<void>[] = [];
  let phase: 'open' | 'draining' | 'closing' = 'open';

  function close(traffic: Traffic): void {
    const closed = traffic.close();
    // Rejections are for whoever waits; there is nobody yet, or any more.
    closed.catch(() => {});
    closing.push(closed);
  }

  return {
    get accepting() {
      return all.some(({ accepting }) => accepting);
    },
    get inHooks() {
      return all.some(({ inHooks }) => inHooks);
    },
    add(traffic) {
      all.push(traffic);
      if (phase !== 'open') traffic.drain();
      if (phase === 'closing') close(traffic);
    },
    drain() {
      phase = 'draining';
      for (const traffic of all) traffic.drain();
    },
    async close() {
      phase = 'closing';
      for (const traffic of all) close(traffic);
      let results: PromiseSettledResult<void>[];
      do results = await Promise.allSettled(closing);
      while (results.length < closing.length);
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
    cut: () => all.reduce((count, traffic) => count + traffic.cut(), 0),
    release() {
      for (const traffic of all.splice(0).reverse()) traffic.release();
    },
  };
}

/** Closes what is open and waits for the requests under way. */
export function requestsPart(traffics: Traffics): Part {
  return {
    name: 'requests',
    share: 0.75,
    stop: traffics.close,
    cut() {
      const count = traffics.cut();
      return [count === 0 ? 'the end of a server' : `${count} connection${count > 1 ? 's' : ''}`];
    },
  };
}
