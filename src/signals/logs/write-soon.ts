import { writeSync } from 'node:fs';
import type { Page } from './page.js';

const WAIT_MS = 2;
const CELL = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes a page at once, waiting a little for a slow reader. Returns whether it is written; what is
 * not stays in the page, and why not is told to `failed`.
 */
export function writeSoon(
  fd: number,
  page: Page,
  giveUpAt: number,
  failed: (error: unknown) => void,
): boolean {
  while (page.left.length > 0) {
    if (performance.now() >= giveUpAt) return false;
    try {
      page.left = page.left.subarray(writeSync(fd, page.left));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') {
        failed(error);
        return false;
      }
      Atomics.wait(CELL, 0, 0, WAIT_MS);
    }
  }
  return true;
}
