import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import type { Beacons } from './beacon.js';
import type { Diagnostics } from './diagnostics.js';
import type { Part } from './lifecycle.js';
import type { ShutdownHook } from './shutdown.js';

/** What draining needs from the rest of the service. */
export interface DrainParts {
  /** Milliseconds for which load balancers are waited for. */
  delay: number;
  /** Milliseconds for all of shutdown beside that. */
  timeout: number;
  before: ShutdownHook | undefined;
  beacons: Beacons;
  /** Asks clients to leave; false when there is nothing that they could reach. */
  drain(): boolean;
  diagnostics: Diagnostics;
}

const SHARE = 0.5;
const ON_A_LINE = { depth: 1, breakLength: Infinity, maxStringLength: 100, maxArrayLength: 10 };

/** The time in which everything is still served and nobody is to come any more. */
export function drainPart(parts: DrainParts): Part {
  const { delay, timeout, beacons, diagnostics } = parts;
  let waiting: string[] = [];

  async function before(): Promise<void> {
    if (parts.before === undefined) return;
    waiting = ['beforeShutdown'];
    try {
      await parts.before();
    } catch (error) {
      diagnostics.caught('shutdown.beforeShutdown', error);
    }
    waiting = [];
  }

  return {
    name: 'drain',
    share: (delay + timeout * SHARE) / (delay + timeout || 1),
    stop() {
      const reachable = parts.drain();
      return Promise.all([before(), beacons.allDead(), reachable && sleep(delay)]);
    },
    cut: () => [
      ...waiting,
      ...beacons.alive().map((details) => `beacon ${inspect(details, ON_A_LINE)}`),
    ],
  };
}
