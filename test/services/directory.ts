import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterDeath } from './guard.js';
import type { RunningProcess } from './process.js';

// A service that was just told to stop may still be writing: try for five seconds.
const removeUntilGone =
  'for _ in $(seq 50); do rm -rf -- "$1" && [ ! -e "$1" ] && break; sleep 0.1; done';

/**
 * Starts a process that needs a folder of its own, under the system's temporary folder. The folder
 * is removed when the process is stopped or fails to start, and when this process dies.
 */
export async function startInDirectory(
  name: string,
  start: (directory: string) => Promise<RunningProcess>,
): Promise<RunningProcess> {
  const directory = await mkdtemp(path.join(tmpdir(), `telltale-${name}-`));
  const callOff = afterDeath(removeUntilGone, directory);

  async function remove(): Promise<void> {
    await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    callOff();
  }

  try {
    const { pid, stop } = await start(directory);
    return { pid, stop: () => stop().then(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}
