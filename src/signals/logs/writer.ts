import { appendFileSync, close, write, writeSync } from 'node:fs';
import { createBacklog, PAGE, type Page } from './backlog.js';
import { isPipe, openFile, openFileSync, unblock } from './open-file.js';

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

/** Lines wait for a page to fill, but no longer than this: a process that is killed loses them. */
const INTERVAL_MS = 10;
/** Beyond this, lines are dropped rather than kept: a stuck reader must not fill the memory. */
export const MOST = 16 * 1024 * 1024;
/** A full disk may be freed again. */
const RETRY_MS = 500;
/** A slow pipe is tried again soon, and then less and less often. */
const SHORTEST_WAIT_MS = 2;
const LONGEST_WAIT_MS = 100;
const SYNC_DEADLINE_MS = 1000;
const SYNC_WAIT_MS = 2;
/** Nobody reads any more, and nobody will. */
const GONE = new Set(['EPIPE', 'ECONNRESET', 'EBADF']);

/**
 * Creates a writer. `failed` is told of every write that did not succeed. The text is kept and tried
 * again, unless the error says that there is nobody to read it any more.
 */
export function createWriter(target: string | number, failed: (error: unknown) => void): Writer {
  let fd = typeof target === 'number' ? target : undefined;
  /** What is written to once the page that was begun is whole. */
  let next: number | undefined;
  const backlog = createBacklog();
  /** The page that is being written, and what is left of it. */
  let page: Page | undefined;
  let rest: Buffer = Buffer.alloc(0);
  /** Whether a thread has the page at the moment. */
  let writing = false;
  /** Whether a write returns at once, so that no thread is needed; undefined: not looked at yet. */
  let immediate: boolean | undefined;
  let drops = 0;
  let wait = SHORTEST_WAIT_MS;
  let gone = false;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  let flushed: (() => void)[] = [];

  if (typeof target === 'string') openFirst(target);

  function openFirst(path: string): void {
    openFile(path).then(turnTo, (error) => {
      if (error.code !== 'ENXIO') return giveUp(error);
      // A pipe that nobody reads yet.
      settle();
      setTimeout(openFirst, RETRY_MS, path).unref();
    });
  }

  /** What was begun in one file is not ended in another. */
  function turnTo(opened: number): void {
    if (ended) return close(opened, () => {});
    if (next !== undefined) close(next, () => {});
    next = opened;
    gone = false;
    if (page === undefined || (!writing && rest.length === page.bytes.length)) turn();
    drain();
  }

  function turn(): void {
    if (next === undefined) return;
    if (fd !== undefined) close(fd, () => {});
    fd = next;
    next = undefined;
    immediate = isPipe(fd);
  }

  function giveUp(error: unknown): void {
    gone = true;
    drops += backlog.clear() + (page?.lines ?? 0);
    page = undefined;
    failed(error);
    settle();
  }

  function settle(): void {
    const told = flushed;
    flushed = [];
    for (const tell of told) tell();
  }

  function later(milliseconds: number): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      drain();
    }, milliseconds).unref();
  }

  function drain(): void {
    if (page !== undefined || fd === undefined || gone) return;
    turn();
    page = backlog.take();
    if (page === undefined) return settle();
    rest = page.bytes;
    writeRest();
  }

  function writeRest(): void {
    if (page === undefined || fd === undefined || writing) return;
    immediate ??= prepare(fd);
    if (immediate) return writeNow(fd);
    writing = true;
    write(fd, rest, (error, length) => {
      writing = false;
      if (error) retry(error);
      else written(length);
    });
  }

  function prepare(given: number): boolean {
    if (!isPipe(given)) return false;
    unblock(given);
    return true;
  }

  /** It is known at any time how much of a page a pipe has taken, also at the end of the process. */
  function writeNow(to: number): void {
    try {
      written(writeSync(to, rest));
    } catch (error) {
      retry(error as NodeJS.ErrnoException);
    }
  }

  function written(length: number): void {
    wait = SHORTEST_WAIT_MS;
    rest = rest.subarray(length);
    if (rest.length > 0) return writeRest();
    if (page !== undefined) backlog.release(page);
    page = undefined;
    if (backlog.size >= PAGE || flushed.length > 0) drain();
    else if (backlog.size > 0) later(INTERVAL_MS);
  }

  function retry(error: NodeJS.ErrnoException): void {
    if (GONE.has(error.code ?? '')) return giveUp(error);
    if (error.code === 'EAGAIN') {
      setTimeout(writeRest, wait).unref();
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      return;
    }
    failed(error);
    settle();
    setTimeout(writeRest, RETRY_MS).unref();
  }

  function flush(): Promise<void> {
    return new Promise((resolve) => {
      if (gone) return resolve();
      flushed.push(resolve);
      drain();
    });
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

  function writeAllSync(): void {
    const giveUpAt = performance.now() + SYNC_DEADLINE_MS;
    if (fd === undefined && typeof target === 'string') fd = openFileSync(target);
    // What a thread has is left to it: written here again it would stand twice.
    if (writing) return writeBacklogSync(giveUpAt);
    for (;;) {
      const waits = page !== undefined;
      page ??= backlog.take();
      if (page === undefined) return;
      if (!waits) rest = page.bytes;
      rest = writeSoon(rest, giveUpAt);
      if (rest.length > 0) {
        if (!waits) setTimeout(writeRest, RETRY_MS).unref();
        return;
      }
      backlog.release(page);
      page = undefined;
    }
  }

  function writeBacklogSync(giveUpAt: number): void {
    for (let taken = backlog.take(); taken !== undefined; taken = backlog.take()) {
      if (writeSoon(taken.bytes, giveUpAt).length > 0) drops += taken.lines;
    }
  }

  /** Writes at once, waiting a little for a slow reader; returns what could not be written. */
  function writeSoon(bytes: Buffer, giveUpAt: number): Buffer {
    let left = bytes;
    while (left.length > 0 && fd !== undefined && performance.now() < giveUpAt) {
      try {
        left = left.subarray(writeSync(fd, left));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') {
          failed(error);
          break;
        }
        Atomics.wait(CELL, 0, 0, SYNC_WAIT_MS);
      }
    }
    return left;
  }

  return {
    write(line) {
      if (ended) return writeLate(line);
      if (gone || backlog.size + line.length > MOST) {
        drops++;
        return;
      }
      backlog.push(line);
      if (backlog.size >= PAGE) drain();
      else later(INTERVAL_MS);
    },
    dropped: () => drops,
    async flush(done) {
      await flush();
      done?.();
    },
    flushSync() {
      if (gone || ended) return;
      try {
        writeAllSync();
      } catch (error) {
        failed(error);
      }
    },
    async reopen() {
      if (typeof target === 'string' && !ended) turnTo(await openFile(target));
    },
    async end() {
      await flush();
      ended = true;
      clearTimeout(timer);
      // What could not be written is not to be tried again once the descriptor is somebody else's.
      drops += backlog.clear() + (page?.lines ?? 0);
      page = undefined;
      if (typeof target === 'number' || fd === undefined) return;
      const opened = fd;
      fd = undefined;
      await new Promise<void>((resolve) => close(opened, () => resolve()));
    },
  };
}

const CELL = new Int32Array(new SharedArrayBuffer(4));
