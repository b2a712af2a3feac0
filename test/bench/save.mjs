/**
 * Keeps a result: as `result.json` beside this file, and as tables in the repository's README.
 * `node save.mjs` makes the tables again from the result that is kept.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { render } from './result/render.mjs';

export const committed = new URL('./result.json', import.meta.url);
const readme = new URL('../../README.md', import.meta.url);
const block = /(<!-- bench:begin -->\n)[\s\S]*?(<!-- bench:end -->)/;

/** Replaces what stands between the markers of a README. */
export function intoReadme(text, result) {
  if (!block.test(text)) throw new Error('the README has no <!-- bench:begin --> and end');
  return text.replace(block, (_, begin, end) => `${begin}\n${render(result)}\n\n${end}`);
}

export async function save(result) {
  await writeFile(committed, `${JSON.stringify(result)}\n`);
  await writeReadme(result);
}

async function writeReadme(result) {
  await writeFile(readme, intoReadme(await readFile(readme, 'utf8'), result));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await writeReadme(JSON.parse(await readFile(committed, 'utf8')));
}
