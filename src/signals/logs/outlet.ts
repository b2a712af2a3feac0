import { close, write, writeSync } from 'node:fs';
import { isPipe, openFileSync, unblock } from './open-file.js';

/** What is told of a write: why it failed, or how many bytes were written. */
export type Written = (error: NodeJS.ErrnoException | null, length: number) => void;

/** The descriptor that is written to, and the one that will be. */
export interface Outlet {
  /** Undefined until a file is open. */
  readonly fd: number | undefined;
  /** Whether a thread is writing. */
  readonly isBusy: boolean;
  /** Whether something newly opened waits to be turned to. */
  readonly hasNext: boolean;
  write(bytes: Buffer, done: Written): void;
  /** Takes what is newly opened. */
  offer(opened: number): void;
  /** Goes on with what was offered last, if anything, and closes what was written to so far. */
  turn(): void;
  /** Is made ready for writing at once: opens a file that is not open yet. */
  openSync(): void;
  /** Closes what was opened here. */
  close(): Promise<void>;
}

/** Creates an outlet: to a descriptor, or to a file that is still to be offered. */
export function createOutlet(target: string | number): Outlet {
  let fd = typeof target === 'number' ? target : undefined;
  let next: number | undefined;
  let isBusy = false;
  /** Whether a write returns at once, so that no thread is needed; undefined: not looked at yet. */
  let isImmediate: boolean | undefined;

  function prepare(given: number): boolean {
    if (!isPipe(given)) return false;
    if (given === target) unblock(given);
    return true;
  }

  return {
    get fd() {
      return fd;
    },
    get isBusy() {
      return isBusy;
    },
    get hasNext() {
      return next !== undefined;
    },
    write(bytes, done) {
      if (fd === undefined) return;
      isImmediate ??= prepare(fd);
      if (isImmediate) return writeNow(fd, bytes, done);
      isBusy = true;
      write(fd, bytes, (error, length) => {
        isBusy = false;
        done(error, length);
      });
    },
    offer(opened) {
      if (next !== undefined) close(next, ignore);
      next = opened;
    },
    turn() {
      if (next === undefined) return;
      if (fd !== undefined) close(fd, ignore);
      fd = next;
      next = undefined;
      isImmediate = undefined;
    },
    openSync() {
      if (fd === undefined && typeof target === 'string') fd = openFileSync(target);
      if (fd !== undefined) isImmediate ??= prepare(fd);
    },
    async close() {
      if (typeof target === 'number') return;
      const opened = [fd, next].filter((one) => one !== undefined);
      fd = undefined;
      next = undefined;
      for (const one of opened) await new Promise<void>((resolve) => close(one, () => resolve()));
    },
  };
}

/** It is known at any time how much a pipe has taken, also at the end of the process. */
function writeNow(fd: number, bytes: Buffer, done: Written): void {
  let length = 0;
  try {
    length = writeSync(fd, bytes);
  } catch (error) {
    return done(error as NodeJS.ErrnoException, 0);
  }
  done(null, length);
}

function ignore(): void {}
