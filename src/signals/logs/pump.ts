import { atExit } from '../../core/exit.js';
import { type Backlog, PAGE } from './backlog.js';
import type { Outlet } from './outlet.js';
import { isUntouched, linesLeft, type Page, rewind } from './page.js';

/** Moves what waits in a backlog to an outlet, a page at a time. */
export interface Pump {
  /** Whether there is nobody left to write to. */
  readonly isGone: boolean;
  /** How many lines were given up. */
  readonly dropped: number;
  /** Begins within some milliseconds. */
  soon(): void;
  /** Begins now, unless a page is on its way. */
  now(): void;
  /** Resolves when what waits by now is written, or cannot be. */
  flush(): Promise<void>;
  /** Writes what is left at once, for the end of the process; gives up after a second. */
  readonly flushSync: () => void;
  /** Goes on with what is newly opened. */
  turnTo(opened: number): void;
  /** Has those who wait for a flush wait no longer. */
  settle(): void;
  /** Gives up what could not be written. */
  stop(): void;
}

/** Lines wait for a page to fill, but no longer than this: a process that is killed loses them. */
const INTERVAL_MS = 10;
/** A full disk may be freed again. */
export const RETRY_MS = 500;
/** A slow pipe is tried again soon, and then less and less often. */
const SHORTEST_WAIT_MS = 2;
const LONGEST_WAIT_MS = 100;
const SYNC_DEADLINE_MS = 1000;
/** Nobody reads any more, and nobody will. */
const GONE = new Set(['EPIPE', 'ECONNRESET', 'EBADF']);

/**
 * Creates a pump. `failed` is told of every write that did not succeed. The text is kept and tried
 * again, unless the error says that there is nobody to read it any more. From the first line until
 * it is stopped, the process does not end without a last attempt.
 */
export function createPump(
  outlet: Outlet,
  backlog: Backlog,
  failed: (error: unknown) => void,
): Pump {
  /** What is being written. */
  let page: Page | undefined;
  /** Whether the last write failed, and not for a reader that is slow. */
  let failing = false;
  /** Whether the backlog begins with a page that was begun while a thread had another. */
  let overtaken = false;
  let wait = SHORTEST_WAIT_MS;
  let next: NodeJS.Timeout | undefined;
  let retrying: NodeJS.Timeout | undefined;
  let flushed: (() => void)[] = [];
  let release: (() => void) | undefined;

  const pump = { isGone: false, dropped: 0, soon, now, flush, flushSync, turnTo, settle, stop };
  return pump;

  function soon(): void {
    if (next !== undefined) return;
    release ??= atExit(flushSync);
    next = setTimeout(nowNext, INTERVAL_MS).unref();
  }

  function nowNext(): void {
    next = undefined;
    now();
  }

  function now(): void {
    if (backlog.size > 0) release ??= atExit(flushSync);
    if (page !== undefined || pump.isGone) return;
    outlet.turn();
    if (outlet.fd === undefined) return;
    page = backlog.take();
    if (page === undefined) return settle();
    writeRest();
  }

  function writeRest(): void {
    if (page !== undefined && !outlet.isBusy) outlet.write(page.left, told);
  }

  function told(error: NodeJS.ErrnoException | null, length: number): void {
    if (error) retry(error);
    else written(length);
  }

  function written(length: number): void {
    wait = SHORTEST_WAIT_MS;
    failing = false;
    if (page === undefined) return;
    page.left = page.left.subarray(length);
    if (page.left.length > 0) return writeRest();
    backlog.release(page);
    page = undefined;
    overtaken = false;
    if (backlog.size >= PAGE || flushed.length > 0 || outlet.hasNext) now();
    else if (backlog.size > 0) soon();
  }

  function retry(error: NodeJS.ErrnoException): void {
    if (error.code === 'EAGAIN') {
      again(wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      return;
    }
    failed(error);
    if (GONE.has(error.code ?? '') && !outlet.hasNext) return giveUp();
    failing = true;
    settle();
    if (page === undefined) return;
    if (overtaken && isUntouched(page)) page = exchanged(page);
    if (outlet.hasNext) turn(page);
    else again(RETRY_MS);
  }

  function again(milliseconds: number): void {
    clearTimeout(retrying);
    retrying = setTimeout(writeRest, milliseconds).unref();
  }

  function giveUp(): void {
    pump.isGone = true;
    dropAll();
    settle();
  }

  function dropAll(): void {
    pump.dropped += backlog.clear() + (page === undefined ? 0 : linesLeft(page));
    page = undefined;
  }

  /** The line that was begun is ended before another page is begun. */
  function exchanged(untouched: Page): Page {
    overtaken = false;
    const begun = backlog.take() ?? untouched;
    if (begun !== untouched) backlog.putBack(untouched);
    return begun;
  }

  function turnTo(opened: number): void {
    outlet.offer(opened);
    pump.isGone = false;
    if (page === undefined) now();
    else if (!outlet.isBusy && (failing || isUntouched(page))) turn(page);
  }

  /** What was begun in one file is not ended in another: that line is written again as a whole. */
  function turn(begun: Page): void {
    rewind(begun);
    outlet.turn();
    writeRest();
  }

  function flush(): Promise<void> {
    return new Promise((resolve) => {
      if (pump.isGone) return resolve();
      flushed.push(resolve);
      now();
    });
  }

  function settle(): void {
    const told = flushed;
    flushed = [];
    for (const tell of told) tell();
  }

  function flushSync(): void {
    if (pump.isGone) return;
    try {
      outlet.openSync();
      if (outlet.fd !== undefined) writeAll(performance.now() + SYNC_DEADLINE_MS);
    } catch (error) {
      failed(error);
    }
  }

  function writeAll(giveUpAt: number): void {
    // What a thread has is left to it: written here again it would stand twice.
    if (outlet.isBusy) return overtake(giveUpAt);
    for (page ??= backlog.take(); page !== undefined; page = backlog.take()) {
      if (!outlet.writeSoon(page, giveUpAt, failed)) return again(RETRY_MS);
      backlog.release(page);
    }
    settle();
  }

  function overtake(giveUpAt: number): void {
    for (let taken = backlog.take(); taken !== undefined; taken = backlog.take()) {
      if (outlet.writeSoon(taken, giveUpAt, failed)) continue;
      overtaken = !isUntouched(taken);
      return backlog.putBack(taken);
    }
  }

  function stop(): void {
    clearTimeout(next);
    clearTimeout(retrying);
    pump.isGone = true;
    dropAll();
    release?.();
  }
}
