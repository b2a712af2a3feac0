import { execFileSync } from 'node:child_process';
import { pbkdf2 } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWriter } from '../../../src/signals/logs/writer.js';
import { mountSmall } from '../../support/small-disk.js';
import { until } from '../../support/until.js';

const folder = mkdtempSync(path.join(tmpdir(), 'telltale-writer-disk-'));
const place = mountSmall(folder) ?? '';
const KB = 1024;
afterAll(() => {
  if (place !== '') execFileSync('umount', ['-l', place]);
  rmSync(folder, { recursive: true });
});

/** A writer that writes numbered lines of 500 bytes. */
function start(file: string) {
  const errors: string[] = [];
  const writer = createWriter(file, (error) => errors.push(String((error as Error).message)));
  let made = 0;
  return {
    writer,
    errors,
    made: () => made,
    write(count: number) {
      for (let i = 0; i < count; i++) {
        writer.write(`${JSON.stringify({ i: made++, filler: 'x'.repeat(480) })}\n`);
      }
    },
    isFull: () => errors.some((message) => message.includes('ENOSPC')),
  };
}

/** The numbers of the whole lines of some files; a line at the end may be torn. */
function numbersIn(...files: string[]): number[] {
  return files
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, 'utf8').split('\n').slice(0, -1))
    .map((line) => JSON.parse(line).i);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Whatever needs a thread has to wait. */
function occupyThreads(): void {
  for (let i = 0; i < 8; i++) pbkdf2('', '', 100_000, 64, 'sha512', () => {});
}

/** What this process has open in a folder. */
function openIn(where: string): string[] {
  const open = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return open.filter((file) => file.startsWith(where));
}

describe.skipIf(place === '')('a log that has filled its disk', () => {
  const link = path.join(folder, 'current');
  const other = path.join(folder, 'other');

  beforeEach(() => {
    mkdirSync(other);
    symlinkSync(place, link);
  });

  afterEach(() => {
    for (const file of readdirSync(place)) rmSync(path.join(place, file));
    for (const one of [link, other]) rmSync(one, { recursive: true });
  });

  it('goes on elsewhere when it is opened again there, and loses no line', async () => {
    const { writer, write, isFull, made } = start(path.join(link, 'app.log'));
    write(1000);
    await until(isFull, 'the disk is full');
    rmSync(link);
    symlinkSync(other, link);
    await writer.reopen();
    write(10);
    await writer.end();
    const [before, after] = [path.join(place, 'app.log'), path.join(other, 'app.log')];
    expect(numbersIn(after).length).toBeGreaterThan(100);
    expect(numbersIn(before, after)).toEqual(upTo(made()));
    expect(writer.dropped()).toBe(0);
  });

  it('goes on elsewhere also when it is opened there before it is known to be full', async () => {
    const { writer, write, made } = start(path.join(link, 'app.log'));
    await writer.flush();
    writeFileSync(path.join(place, 'filler'), Buffer.alloc(200 * KB));
    write(300);
    rmSync(link);
    symlinkSync(other, link);
    const [before, after] = [path.join(place, 'app.log'), path.join(other, 'app.log')];
    await writer.reopen();
    await writer.end();
    expect(numbersIn(before, after)).toEqual(upTo(made()));
    expect(writer.dropped()).toBe(0);
  });

  it('gives its room back when it is removed and opened again', async () => {
    const log = path.join(place, 'app.log');
    const { writer, write, isFull, made } = start(log);
    write(700);
    await until(isFull, 'the disk is full');
    rmSync(log);
    await writer.reopen();
    await until(() => numbersIn(log).at(-1) === made() - 1, 'the rest is in the new file');
    expect(openIn(place)).toEqual([log]);
    expect(writer.dropped()).toBe(0);
    await writer.end();
    expect(openIn(place)).toEqual([]);
  });

  it.each([
    [0, 'early'],
    [10, 'early'],
    [100, 'early'],
    [10, 'late'],
    [100, 'late'],
  ])(
    'keeps what a fatal line is written with, %i kB free and the thread %s',
    async (free, when) => {
      const log = path.join(place, 'app.log');
      const filler = path.join(place, 'filler');
      const { writer, write, isFull, made } = start(log);
      write(1);
      await writer.flush();
      writeFileSync(filler, Buffer.alloc((256 - 4 - free) * KB));
      if (when === 'late') occupyThreads();
      write(400);
      writer.flushSync?.();
      write(10);
      await writer.flush();
      expect(isFull()).toBe(true);
      writer.flushSync?.();
      rmSync(filler);
      await until(() => numbersIn(log).length === made(), 'all lines are there');
      expect(numbersIn(log).sort((a, b) => a - b)).toEqual(upTo(made()));
      expect(writer.dropped()).toBe(0);
      await writer.end();
    },
  );

  it('is counted by what is not written when there is no room until the end', async () => {
    const log = path.join(place, 'app.log');
    const { writer, write, isFull, made } = start(log);
    writeFileSync(path.join(place, 'filler'), Buffer.alloc(190 * KB));
    write(300);
    await until(isFull, 'the disk is full');
    await writer.end();
    expect(numbersIn(log).length).toBeGreaterThan(50);
    expect(numbersIn(log).length + writer.dropped()).toBe(made());
  });
});

describe('a file that cannot be opened', () => {
  it('is opened when it can be, and lines wait for it', async () => {
    const parent = path.join(folder, 'late');
    writeFileSync(parent, 'a file where the folder should be');
    const { writer, write, errors } = start(path.join(parent, 'app.log'));
    write(10);
    await writer.flush();
    expect(errors[0]).toMatch(/EEXIST|ENOTDIR/);
    rmSync(parent);
    write(10);
    await until(() => numbersIn(path.join(parent, 'app.log')).length === 20, 'all are there');
    expect(writer.dropped()).toBe(0);
    await writer.end();
  });

  it('loses what it counts when it never can be', async () => {
    const parent = path.join(folder, 'never');
    writeFileSync(parent, 'a file where the folder should be');
    const { writer, write, errors } = start(path.join(parent, 'app.log'));
    write(10);
    writer.flushSync?.();
    await writer.end();
    expect(writer.dropped()).toBe(10);
    writer.flushSync?.();
    await writer.flush();
    expect(errors.length).toBeGreaterThan(1);
  });

  it('is tried at once when somebody waits, and not by a timer that keeps no process alive', async () => {
    const parent = path.join(folder, 'tried');
    writeFileSync(parent, 'a file where the folder should be');
    const { writer, write } = start(path.join(parent, 'app.log'));
    write(10);
    const before = performance.now();
    // Each would wait for half a second.
    for (let i = 0; i < 12; i++) await writer.flush();
    expect(performance.now() - before).toBeLessThan(4000);
    rmSync(parent);
    await writer.end();
    expect(numbersIn(path.join(parent, 'app.log'))).toHaveLength(10);
    expect(writer.dropped()).toBe(0);
  }, 15_000);
});
