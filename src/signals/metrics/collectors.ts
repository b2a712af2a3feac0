import { createDeadline, type Deadline } from '../../core/deadline.js';
import type { Diagnostics } from '../../core/diagnostics.js';

/** Work to be done before metrics are read. */
export interface Collectors {
  /** Runs `collect` before each collection. Returns what takes it out again. */
  add(name: string, collect: () => void | Promise<void>): () => void;
  /**
   * Runs all of them, once for all who ask at the same time, and takes no longer than each has time
   * for. Never rejects.
   */
  run(deadline?: Deadline): Promise<void>;
}

const LONGEST_MS = 5000;

interface Collector {
  readonly name: string;
  readonly collect: () => void | Promise<void>;
  /** One that hangs is not called again until it is done. */
  running: boolean;
}

/**
 * Creates the collectors of one registry. One that fails or does not end in time is counted and
 * leaves the others alone.
 */
export function createCollectors(diagnostics: Diagnostics): Collectors {
  const collectors = new Set<Collector>();
  let running: Promise<void> | undefined;

  async function runOne(collector: Collector, deadline: Deadline): Promise<void> {
    try {
      if (collector.running) throw new Error('still busy with the collection before');
      collector.running = true;
      const work = (async () => collector.collect())().finally(() => {
        collector.running = false;
      });
      await deadline.hold(work);
    } catch (error) {
      diagnostics.caught(`metrics/${collector.name}`, error);
    }
  }

  async function runAll(deadline: Deadline): Promise<void> {
    await Promise.all(Array.from(collectors, (collector) => runOne(collector, deadline)));
  }

  return {
    add(name, collect) {
      const collector = { name, collect, running: false };
      collectors.add(collector);
      return () => collectors.delete(collector);
    },
    run(deadline = createDeadline(LONGEST_MS)) {
      running ??= runAll(deadline).finally(() => {
        running = undefined;
      });
      // The first to ask may have more time.
      return deadline.hold(running).catch(() => {});
    },
  };
}
