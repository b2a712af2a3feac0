import type { Diagnostics } from './diagnostics.js';

/**
 * Runs `task` now and then every `milliseconds`, one run at a time, without keeping the process
 * alive. A run that fails is reported as `part`'s and the next one comes all the same. Returns what
 * stops it.
 */
export function every(
  milliseconds: number,
  part: string,
  diagnostics: Diagnostics,
  task: () => void | Promise<void>,
): () => void {
  let running = false;
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
  void run();
  const timer = setInterval(run, milliseconds);
  timer.unref();
  return () => clearInterval(timer);
}
