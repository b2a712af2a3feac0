import { createPage, linesLeft, type Page } from './page.js';

/** What waits to be written. */
export interface Backlog {
  /** Bytes that wait. */
  readonly size: number;
  push(line: string): void;
  /** What is to be written next; undefined when nothing waits. */
  take(): Page | undefined;
  /** Has a page that was taken be the next again. */
  putBack(page: Page): void;
  /** The bytes of a page are written and may be written over. */
  release(page: Page): void;
  /** Gives everything up; returns how many lines that were. */
  clear(): number;
}

/** Of a page, in bytes. */
export const PAGE = 65_536;
/** UTF-8 has three bytes at most for each unit of a string. */
const WIDEST = 3;

/**
 * Creates a backlog. Lines become bytes as they come, in pages that are used again and again: as
 * texts they would live until they are written, which is long enough to be taken for long-lived,
 * and collecting those is what makes a garbage collector expensive.
 */
export function createBacklog(): Backlog {
  const full: Page[] = [];
  let size = 0;
  let spare: Buffer | undefined;
  let page: Buffer = Buffer.allocUnsafeSlow(PAGE);
  let used = 0;
  let lines = 0;

  function close(): void {
    if (lines === 0) return;
    full.push(createPage(page.subarray(0, used), lines));
    page = spare ?? Buffer.allocUnsafeSlow(PAGE);
    spare = undefined;
    used = 0;
    lines = 0;
  }

  return {
    get size() {
      return size;
    },
    push(line) {
      const widest = line.length * WIDEST;
      if (used + widest > PAGE) close();
      if (widest > PAGE) {
        const bytes = Buffer.from(line);
        full.push(createPage(bytes, 1));
        size += bytes.length;
        return;
      }
      const length = page.write(line, used);
      used += length;
      size += length;
      lines++;
    },
    take() {
      if (full.length === 0) close();
      const next = full.shift();
      if (next !== undefined) size -= next.left.length;
      return next;
    },
    putBack(taken) {
      full.unshift(taken);
      size += taken.left.length;
    },
    release({ bytes }) {
      if (bytes.buffer.byteLength === PAGE) spare = Buffer.from(bytes.buffer);
    },
    clear() {
      close();
      const given = full.reduce((sum, one) => sum + linesLeft(one), 0);
      full.length = 0;
      size = 0;
      return given;
    },
  };
}
