import { appendFileSync, close, open, write, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createBacklog, PAGE, type Page } from './backlog.js';

/** Writes text to a file or descriptor in the background. */
export interface Writer {
  /** Takes a line; never blocks and never throws. */
  write(line: string): void;
  /** How many lines were given up: the buffer was full, or there is nowhere left to write to. */
  dropped(): number;
  /** Resolves when what was taken so far is written, or cannot be. */
  flush(): Promise<void>;
  /** Writes what is left at once, for the end of the process; gives up after a second. */
  flushSync(): void;
  /** Flushes, and closes a file that was opened here. A line that comes later is written at once. */
  end(): Promise<void>;
}

/** Lines wait for a page to fill, but no longer than this: a process that is killed loses them. */
const INTERVAL_MS = 10;
/** Beyond this, lines are dropped rather than kept: a stuck reader must not fill the memory. */
const MOST = 16 * 1024 * 1024;
/** A full disk may be freed again. */
const RETRY_MS = 500;
/** A slow pipe is tried again soon, and then less and less often. */
const SHORTEST_WAIT_MS = 2;
const LONGEST_WAIT_MS = 100;
const SYNC_DEADLINE_MS = 1000;

/**
 * Creates a writer. `failed` is told of every write that did not succeed. The text is kept and tried
 * again, unless the error says that there is nobody to read it any more.
 */
export function createWriter(target: string | number, failed: (error: unknown) => void): Writer {
  let fd = typeof target === 'number' ? target : undefined;
  const backlog = createBacklog();
  /** The page that is being written, and what is left of it. */
  let page: Page | undefined;
  let rest: Buffer = Buffer.alloc(0);
  let drops = 0;
  let wait = SHORTEST_WAIT_MS;
  let gone = false;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  let flushed: (() => void)[] = [];

  if (typeof target === 'string') void openFile(target);

  async function openFile(path: string): Promise<void> {
    try {
      await mkdir(dirname(path), { recursive: true });
      fd = await new Promise<number>((resolve, reject) => {
        open(path, 'a', (error, opened) => (error ? reject(error) : resolve(opened)));
      });
      drain();
    } catch (error) {
      giveUp(error);
    }
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
    page = backlog.take();
    if (page === undefined) return settle();
    rest = page.bytes;
    writeRest();
  }

  function writeRest(): void {
    if (page === undefined || fd === undefined) return;
    write(fd, rest, (error, written) => {
      if (error) return retry(error);
      wait = SHORTEST_WAIT_MS;
      rest = rest.subarray(written);
      if (rest.length > 0) return writeRest();
      if (page !== undefined) backlog.release(page);
      page = undefined;
      if (backlog.size >= PAGE || flushed.length > 0) drain();
      else if (backlog.size > 0) later(INTERVAL_MS);
    });
  }

  function retry(error: NodeJS.ErrnoException): void {
    if (error.code === 'EPIPE' || error.code === 'EBADF') return giveUp(error);
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
    // What is under way in the background is left to it: written here again it would stand twice.
    const giveUpAt = performance.now() + SYNC_DEADLINE_MS;
    for (let next = backlog.take(); next !== undefined; next = backlog.take()) {
      let { bytes } = next;
      while (bytes.length > 0 && fd !== undefined && performance.now() < giveUpAt) {
        try {
          bytes = bytes.subarray(writeSync(fd, bytes));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return failed(error);
        }
      }
    }
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
    flush,
    flushSync() {
      if (!gone) writeAllSync();
    },
    async end() {
      await flush();
      ended = true;
      clearTimeout(timer);
      if (typeof target === 'number' || fd === undefined) return;
      const opened = fd;
      await new Promise<void>((resolve) => close(opened, () => resolve()));
    },
  };
}
