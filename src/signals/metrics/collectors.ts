import type { Diagnostics } from '../../core/diagnostics.js';

/** Work to be done before metrics are read. */
export interface Collectors {
  /** Runs `collect` before each collection. Returns what takes it out again. */
  add(name: string, collect: () => void | Promise<void>): () => void;
  /** Runs all of them, once for all who ask at the same time. Never rejects. */
  run(): Promise<void>;
}

/** Creates the collectors of one registry. One that fails is counted and leaves the others alone. */
export function createCollectors(diagnostics: Diagnostics): Collectors {
  const collectors = new Map<symbol, { name: string; collect: () => void | Promise<void> }>();
  let running: Promise<void> | undefined;

  async function runAll(): Promise<void> {
    await Promise.all(
      Array.from(collectors.values(), async ({ name, collect }) => {
        try {
          await collect();
        } catch (error) {
          diagnostics.caught(`metrics/${name}`, error);
        }
      }),
    );
  }

  return {
    add(name, collect) {
      const key = Symbol(name);
      collectors.set(key, { name, collect });
      return () => collectors.delete(key);
    },
    run() {
      running ??= runAll().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}
