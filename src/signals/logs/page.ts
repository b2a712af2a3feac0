/** Lines on their way, as bytes. */
export interface Page {
  readonly bytes: Buffer;
  readonly lines: number;
  /** What is not written yet. */
  left: Buffer;
}

const NEWLINE = 10;

/** Creates a page of which nothing is written. */
export function createPage(bytes: Buffer, lines: number): Page {
  return { bytes, lines, left: bytes };
}

/** Whether nothing of it is written. */
export function isUntouched({ bytes, left }: Page): boolean {
  return left.length === bytes.length;
}

/** How many of its lines are not written; one that was only begun is not. */
export function linesLeft(page: Page): number {
  const { lines, left } = page;
  if (isUntouched(page)) return lines;
  let ends = 0;
  for (let at = left.indexOf(NEWLINE); at >= 0; at = left.indexOf(NEWLINE, at + 1)) ends++;
  // What is made for people takes several.
  return Math.min(ends, lines);
}

/** Goes back to the start of the line that was begun, to write it somewhere else. */
export function rewind(page: Page): void {
  if (isUntouched(page)) return;
  const written = page.bytes.length - page.left.length;
  page.left = page.bytes.subarray(page.bytes.lastIndexOf(NEWLINE, written - 1) + 1);
}
