import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it, onTestFinished } from 'vitest';

const PROGRAM = fileURLToPath(new URL('programs/two.mjs', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'telltale-writer-pipe-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What two Monitorings of one process write, as a reader gets it that is slower than they are. */
async function readSlowly(how: string): Promise<string> {
  const fifo = path.join(folder, how);
  execFileSync('mkfifo', [fifo]);
  const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const fd = openSync(fifo, constants.O_WRONLY);
  const child = spawn(process.execPath, [PROGRAM, how], { stdio: ['ignore', fd, 'inherit'] });
  closeSync(fd);
  onTestFinished(() => {
    child.kill('SIGKILL');
    closeSync(reader);
  });
  let hasEnded = false;
  void once(child, 'exit').then(() => {
    hasEnded = true;
  });
  const buffer = Buffer.alloc(8192);
  let text = '';
  for (let bytes = 1; bytes > 0 || !hasEnded; await sleep(1)) {
    try {
      bytes = readSync(reader, buffer);
      text += buffer.toString('utf8', 0, bytes);
    } catch {
      // Nothing for the moment.
    }
  }
  return text;
}

it.each([
  ['turns', 2000, 2000],
  ['bursts', 1000, 1100],
])('two writers to one pipe tear no line of each other’s, by %s', async (how, a, b) => {
  const lines = (await readSlowly(how)).split('\n').slice(0, -1);
  const all = lines.map((line) => JSON.parse(line) as { name: string; i: number });
  for (const [name, count] of [
    ['A', a],
    ['B', b],
  ] as const) {
    const numbers = all.filter((line) => line.name === name).map(({ i }) => i);
    expect(numbers).toEqual(Array.from({ length: count }, (_, i) => i));
  }
});
