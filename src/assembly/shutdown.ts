import type { Logger } from 'pino';
import { type Beacon, createBeacons } from '../core/beacon.js';
import type { Diagnostics } from '../core/diagnostics.js';
import { drainPart } from '../core/drain.js';
import { hookParts } from '../core/hooks.js';
import type { Part } from '../core/lifecycle.js';
import type { ShutdownOptions } from '../core/shutdown.js';
import { endOn } from '../core/signals.js';
import { createTraffics, requestsPart, type Traffics } from '../core/traffics.js';
import { type Environment, resolveDrainDelay } from './environment.js';

/** What of a Monitoring is there for its end. */
export interface Shutdown {
  /** For all of it. */
  readonly milliseconds: number;
  /** What was cut for want of time. */
  readonly cuts: string[];
  /** What comes to the servers, where they are to be closed. */
  readonly servers: Traffics | undefined;
  /** The steps as long as anything is served, in the order of starting: the last is the first. */
  readonly parts: readonly Part[];
  /** Says what was cut, as long as there are logs. */
  readonly report: Part;
  /** Listens to signals from start to end. */
  signals(end: () => Promise<void>): Part;
  beacon(details?: Readonly<Record<string, unknown>>): Beacon;
  /** A hook of the app's that waits for the end is not waited for, or both would wait for ever. */
  reentrant(end: () => Promise<void>): () => Promise<void>;
}

const TIMEOUT_MS = 5000;

/** The end of a Monitoring as the options and the environment want it. */
export function buildShutdown(
  options: ShutdownOptions = {},
  logger: Logger,
  diagnostics: Diagnostics,
  env: Environment,
): Shutdown {
  const { signals = [], timeout = TIMEOUT_MS, onShutdown = [], exit = true } = options;
  const closesServers = options.servers ?? signals.length > 0;
  const delay = resolveDrainDelay(options.drainDelay, closesServers, env);
  const traffics = createTraffics();
  const beacons = createBeacons();
  const cuts: string[] = [];

  function exitCode(): number | undefined {
    if (!exit) return undefined;
    return cuts.length === 0 ? 0 : 1;
  }

  return {
    milliseconds: delay + timeout,
    cuts,
    servers: closesServers ? traffics : undefined,
    parts: [
      ...hookParts([onShutdown].flat()),
      requestsPart(traffics),
      drainPart({
        delay,
        timeout,
        before: options.beforeShutdown,
        beacons,
        drain() {
          traffics.drain();
          return !closesServers || traffics.accepting;
        },
        diagnostics,
      }),
    ],
    report: {
      name: 'report',
      stop() {
        if (cuts.length === 0) return;
        logger.warn({ cut: cuts }, `telltale: shutdown cut ${cuts.join(', ')} for want of time`);
      },
    },
    signals(end) {
      let forget: (() => void) | undefined;
      return {
        name: 'signals',
        start() {
          if (signals.length > 0) forget = endOn(signals, { end, exitCode });
        },
        stop: () => forget?.(),
      };
    },
    beacon: (details = {}) => beacons.light(details),
    reentrant: (end) => () => (traffics.inHooks ? Promise.resolve() : end()),
  };
}
