import { close, write, writeSync } from 'node:fs';
import { openFileSync, pipeOf, unblock } from './open-file.js';
import { isUntouched, type Page } from './page.js';
import { createPipeTurn, type PipeTurn } from './pipe-turn.js';
import { writeSoon } from './write-soon.js';

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
  /** Writes at once, see {@link writeSoon}. */
  writeSoon(page: Page, giveUpAt: number, failed: (error: unknown) => void): boolean;
  /** Closes what was opened here. */
  close(): Promise<void>;
}

/**
 * Creates an outlet: to a descriptor, or to a file that is still to be offered. `finish` writes at
 * once what a pipe has not taken whole, when another writer to it is in a hurry.
 */
export function createOutlet(target: string | number, finish: () => void): Outlet {
  let fd = typeof target === 'number' ? target : undefined;
  let next: number | undefined;
  let isBusy = false;
  /** A write to a pipe returns at once, so that it needs no thread. */
  let pipe: PipeTurn | undefined;
  let isPrepared = false;

  function prepare(given: number): void {
    if (isPrepared) return;
    isPrepared = true;
    const id = pipeOf(given);
    if (id === undefined) return;
    if (given === target) unblock(given);
    pipe = createPipeTurn(id, finish);
  }

  function leave(): void {
    pipe?.keep(false);
    pipe = undefined;
    isPrepared = false;
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
      prepare(fd);
      if (pipe !== undefined) return writeNow(fd, bytes, pipe, done);
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
      leave();
      if (fd !== undefined) close(fd, ignore);
      fd = next;
      next = undefined;
    },
    openSync() {
      if (fd === undefined && typeof target === 'string') fd = openFileSync(target);
      if (fd !== undefined) prepare(fd);
    },
    writeSoon(page, giveUpAt, failed) {
      if (fd === undefined) return false;
      pipe?.hurry();
      if (pipe?.isFree() === false) return false;
      const isWritten = writeSoon(fd, page, giveUpAt, failed);
      pipe?.keep(!isUntouched(page) && !isWritten);
      return isWritten;
    },
    async close() {
      leave();
      if (typeof target === 'number') return;
      const opened = [fd, next].filter((one) => one !== undefined);
      fd = undefined;
      next = undefined;
      for (const one of opened) await new Promise<void>((resolve) => close(one, () => resolve()));
    },
  };
}

/** It is known at any time how much a pipe has taken, also at the end of the process. */
function writeNow(fd: number, bytes: Buffer, pipe: PipeTurn, done: Written): void {
  if (!pipe.isFree()) return done(FULL, 0);
  let length = 0;
  try {
    length = writeSync(fd, bytes);
    pipe.keep(length < bytes.length);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== FULL.code) pipe.keep(false);
    return done(error as NodeJS.ErrnoException, 0);
  }
  done(null, length);
}

/** A pipe in which another has begun a line is as good as full. */
const FULL: NodeJS.ErrnoException = Object.assign(new Error('full'), { code: 'EAGAIN' });

function ignore(): void {}
