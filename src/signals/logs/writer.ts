import { appendFileSync, close, writeSync } from 'node:fs';
import { createBacklog, PAGE } from './backlog.js';
import { openFile } from './open-file.js';
import { createOutlet } from './outlet.js';
import { createPump, RETRY_MS } from './pump.js';

/** Writes text in the background. */
export interface Writer {
  /** Takes a line; never blocks and never throws. */
  write(line: string): void;
  /** How many lines were given up: the buffer was full, or there is nowhere left to write to. */
  dropped(): number;
  /** Resolves when what was taken so far is written, or cannot be. */
  flush(done?: () => void): Promise<void>;
  /** Writes what is left at once, for the end of the process; gives up after a second. */
  readonly flushSync?: () => void;
  /** Goes on with a file that is newly opened; rejects when it cannot be, and stays with the old. */
  reopen(): Promise<void>;
  /** Flushes, and closes a file that was opened here. A line that comes later is written at once. */
  end(): Promise<void>;
}

/** Beyond this, lines are dropped rather than kept: a stuck reader must not fill the memory. */
export const MOST = 16 * 1024 * 1024;

/**
 * Creates a writer. `failed` is told of everything that did not succeed. A file that cannot be
 * opened is tried again, as is one that cannot be written to.
 */
export function createWriter(target: string | number, failed: (error: unknown) => void): Writer {
  const outlet = createOutlet(target, () => pump.flushSync());
  const backlog = createBacklog();
  const pump = createPump(outlet, backlog, failed);
  let drops = 0;
  let ended = false;
  let nextTry: NodeJS.Timeout | undefined;

  if (typeof target === 'string') openFirst(target);

  function openFirst(path: string): void {
    clearTimeout(nextTry);
    nextTry = undefined;
    if (ended || outlet.fd !== undefined) return;
    openFile(path).then(turnTo, (error) => {
      // That is a pipe that nobody reads yet.
      if (error.code !== 'ENXIO') failed(error);
      pump.settle();
      clearTimeout(nextTry);
      nextTry = setTimeout(openFirst, RETRY_MS, path).unref();
    });
  }

  function flush(): Promise<void> {
    const flushed = pump.flush();
    // The process may end before that one: nothing else may keep it alive.
    if (nextTry !== undefined && typeof target === 'string') openFirst(target);
    return flushed;
  }

  function turnTo(opened: number): void {
    if (ended) close(opened, () => {});
    else pump.turnTo(opened);
  }

  function writeLate(line: string): void {
    try {
      if (typeof target === 'string') appendFileSync(target, line);
      else writeSync(target, line);
    } catch (error) {
      drops++;
      failed(error);
    }
  }

  return {
    write(line) {
      if (ended) return writeLate(line);
      if (pump.isGone || backlog.size + line.length > MOST) {
        drops++;
        return;
      }
      backlog.push(line);
      if (backlog.size >= PAGE) pump.now();
      else pump.soon();
    },
    dropped: () => drops + pump.dropped,
    async flush(done) {
      await flush();
      done?.();
    },
    flushSync: pump.flushSync,
    async reopen() {
      if (typeof target === 'string' && !ended) turnTo(await openFile(target));
    },
    async end() {
      await flush();
      ended = true;
      clearTimeout(nextTry);
      // What could not be written is not to be tried again once the descriptor is somebody else's.
      pump.stop();
      await outlet.close();
    },
  };
}
