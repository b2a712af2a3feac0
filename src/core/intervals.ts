import type { Diagnostics } from './diagnostics.js';

/**
 * Runs `task` now and then every `milliseconds`, one run at a time, without keeping the process
 * alive. A run that fails is reported as `part`'s and the next one comes all the same. Returns what
 * stops it.
 *
 * @param spread the share of an interval, 0 to 1, by which it may come out shorter, at random: tasks
 *   that began together then do not stay together.
 */
export function every(
  milliseconds: number,
  part: string,
  diagnostics: Diagnostics,
  task: () => void | Promise<void>,
  spread = 0,
): () => void {
  let running = false;
  let timer: NodeJS.Timeout | undefined;

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    try {
      await task();
    } catch (error) {
      diagnostics.caught(part, error);
    } finally {
      running = false;
    }
  }

  function tick(): void {
    timer = setTimeout(tick, milliseconds * (1 - spread * Math.random()));
    timer.unref();
    void run();
  }

  tick();
  return () => clearTimeout(timer);
}
