import { constants, fstatSync, mkdirSync, open, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { Socket } from 'node:net';
import { dirname } from 'node:path';

// To append, so that whoever truncates the file leaves no hole; a pipe without a reader is refused
// rather than waited for.
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/** Opens a file to append to, and makes the folders it is in. */
export async function openFile(path: string): Promise<number> {
  await mkdir(dirname(path), { recursive: true });
  return new Promise((resolve, reject) => {
    open(path, FLAGS, 0o666, (error, fd) => (error ? reject(error) : resolve(fd)));
  });
}

/** The same for a process that ends before that is done. */
export function openFileSync(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  return openSync(path, FLAGS, 0o666);
}

/** Which pipe or socket it is; undefined where a write has no reader to wait for. */
export function pipeOf(fd: number): string | undefined {
  try {
    const stats = fstatSync(fd);
    return stats.isFIFO() || stats.isSocket() ? `${stats.dev}:${stats.ino}` : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Makes writing to a full pipe or socket fail at once, as Node does for its own standard output. A
 * write that waits for a stuck reader has a thread wait, and the end of the process waits for that.
 */
export function unblock(fd: number): void {
  if (fd === 1) process.stdout;
  else if (fd === 2) process.stderr;
  else new Socket({ fd, readable: false, writable: true }).unref();
}
