import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createWriter } from '../../../src/signals/logs/writer.js';
import { until } from '../../support/until.js';

const folder = mkdtempSync(path.join(tmpdir(), 'telltale-writer-'));
afterAll(() => rmSync(folder, { recursive: true }));

function collect(): { errors: string[]; failed(error: unknown): void } {
  const errors: string[] = [];
  return { errors, failed: (error) => errors.push(String((error as { code?: string }).code)) };
}

describe('a writer', () => {
  it('writes every line in order, in whatever portions they come', async () => {
    const file = path.join(folder, 'order.log');
    const { errors, failed } = collect();
    const writer = createWriter(file, failed);
    for (let i = 0; i < 5000; i++) {
      writer.write(`${i} ${'é'.repeat(i % 50)}\n`);
      if (i % 700 === 0) await writer.flush();
      if (i % 900 === 0) await new Promise(setImmediate);
    }
    await writer.end();
    writer.write('late\n');
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(5001);
    expect(lines.every((line, i) => i === 5000 || line.startsWith(`${i} `))).toBe(true);
    expect(lines.at(-1)).toBe('late');
    expect([errors, writer.dropped()]).toEqual([[], 0]);
  });

  it('does not wait for a reader that is stuck, and loses only what it counts', async () => {
    const fifo = path.join(folder, 'stuck');
    execFileSync('mkfifo', [fifo]);
    const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    const { errors, failed } = collect();
    const writer = createWriter(fd, failed);
    const line = `${'x'.repeat(99_999)}\n`;
    const started = performance.now();
    for (let i = 0; i < 400; i++) writer.write(line);
    expect(performance.now() - started).toBeLessThan(1000);
    expect(writer.dropped()).toBeGreaterThan(200);
    let read = 0;
    const buffer = Buffer.alloc(1 << 20);
    const expected = (400 - writer.dropped()) * line.length;
    await until(
      () => {
        try {
          for (;;) read += readSync(fd, buffer);
        } catch {
          return read === expected;
        }
      },
      'all that was kept has come through',
      15_000,
    );
    expect(errors).toEqual([]);
    closeSync(fd);
  });

  it('counts what a full disk does not take, and goes on', async () => {
    const { errors, failed } = collect();
    const writer = createWriter('/dev/full', failed);
    writer.write('a\n');
    await writer.flush();
    expect(errors).toContain('ENOSPC');
    const started = performance.now();
    writer.flushSync?.();
    await writer.end();
    expect(performance.now() - started).toBeLessThan(1500);
  });

  it('gives up a pipe that nobody reads any more', async () => {
    const { errors, failed } = collect();
    const fifo = path.join(folder, 'closed');
    execFileSync('mkfifo', [fifo]);
    const [own, other] = [
      openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK),
      openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK),
    ];
    closeSync(own);
    const writer = createWriter(other, failed);
    writer.write('a\n');
    writer.write('b\n');
    await writer.flush();
    expect([errors, writer.dropped()]).toEqual([['EPIPE'], 2]);
    writer.write('c\n');
    expect(writer.dropped()).toBe(3);
    closeSync(other);
  });
});
