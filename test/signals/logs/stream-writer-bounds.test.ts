import { execFileSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import {
  closeSync,
  constants,
  createWriteStream,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import { createStreamWriter } from '../../../src/signals/logs/stream-writer.js';
import { until } from '../../support/until.js';

const folder = mkdtempSync(path.join(tmpdir(), 'telltale-stream-bounds-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MB = 1024 * 1024;
const LINE = `${'x'.repeat(999)}\n`;

function start(stream: object) {
  const errors: string[] = [];
  const failed = (error: unknown) => errors.push((error as Error).message);
  return { errors, writer: createStreamWriter(stream as Writable, failed) };
}

type Started = ReturnType<typeof start>['writer'];

/** Writes so many lines of 1 kB, as a busy service does: some in each turn. */
async function pour(writer: Started, count: number): Promise<void> {
  for (let i = 1; i <= count; i++) {
    writer.write(LINE);
    if (i % 50 === 0) await new Promise(setImmediate);
  }
}

describe('a stream that keeps up', () => {
  it('loses nothing though it is never empty', async () => {
    let pass = (): void => {};
    const stream = new Writable({
      highWaterMark: 1,
      write(_chunk, _encoding, done) {
        pass = done;
      },
    });
    const { writer } = start(stream);
    for (let i = 0; i < 30_000; i++) {
      writer.write(LINE);
      while (stream.writableLength > 2 * LINE.length) pass();
    }
    expect(writer.dropped()).toBe(0);
  });

  it('loses nothing to a file of Node’s or of pino’s', async () => {
    const [node, sonic] = [path.join(folder, 'node.log'), path.join(folder, 'pino.log')];
    for (const [file, stream] of [
      [node, createWriteStream(node)],
      [sonic, pino.destination({ dest: sonic, sync: false })],
    ] as const) {
      const { writer } = start(stream);
      const waiting = () => made * LINE.length - (existsSync(file) ? statSync(file).size : 0);
      let made = 0;
      while (made < 30_000) {
        writer.write(LINE);
        made++;
        if (made % 50 === 0) await new Promise(setImmediate);
        while (waiting() > MB) await new Promise(setImmediate);
      }
      await writer.end();
      expect(writer.dropped()).toBe(0);
      await until(() => waiting() === 0, 'all is written');
    }
  }, 30_000);

  it('is trusted when it says only that it was full, and never that it is not', async () => {
    let got = 0;
    const { writer } = start({
      write() {
        got++;
        return false;
      },
    });
    await pour(writer, 20_000);
    expect([got, writer.dropped()]).toEqual([20_000, 0]);
  });
});

describe('a stream of pino’s that is stuck', () => {
  it('is given no more than the bound, and goes on after that', async () => {
    const fifo = path.join(folder, 'stuck');
    execFileSync('mkfifo', [fifo]);
    const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    const stream = pino.destination({ dest: fd, sync: false });
    const { writer } = start(stream);
    for (let i = 0; i < 40_000; i++) writer.write(LINE);
    const lost = writer.dropped();
    expect(lost).toBeGreaterThan(20_000);
    expect(40_000 - lost).toBeGreaterThan(15_000);
    const buffer = Buffer.alloc(MB);
    let read = 0;
    await until(
      () => {
        try {
          for (;;) read += readSync(fd, buffer);
        } catch {
          return read > 2 * MB;
        }
      },
      'a part of what it has taken is written',
      15_000,
    );
    for (let i = 0; i < 1000; i++) writer.write(LINE);
    expect(writer.dropped()).toBe(lost);
    await writer.end();
    stream.destroy();
    closeSync(fd);
  }, 30_000);
});

describe('a stream after the end', () => {
  it('ends no process by an error, and has one listener for that', async () => {
    let isBroken = false;
    const stream = new Writable({
      write: (_chunk, _encoding, done) => done(isBroken ? new Error('late') : null),
    });
    for (let i = 0; i < 3; i++) await start(stream).writer.end();
    const last = start(stream).writer;
    await last.end();
    expect(stream.listenerCount('error')).toBe(1);
    isBroken = true;
    last.write(LINE);
    await until(() => stream.destroyed, 'the error has come');
    last.write(LINE);
    expect(last.dropped()).toBe(2);
  });

  it('is not taken for full', async () => {
    let got = 0;
    const stream = Object.assign(new EventEmitter(), {
      write() {
        got++;
        return false;
      },
    });
    const { writer } = start(stream);
    await writer.end();
    await pour(writer, 20_000);
    expect(got).toBe(20_000);
    expect(stream.eventNames()).toEqual(['error']);
  });
});

describe('a stream among those of pino.multistream', () => {
  it('ends no process by an error', async () => {
    const file = createWriteStream(path.join(folder, 'no', 'such', 'folder'));
    const { writer, errors } = start(
      pino.multistream([{ stream: file }, { stream: { write() {} } }]),
    );
    writer.write(LINE);
    await until(() => errors.length > 0, 'the error has come');
    expect(errors[0]).toContain('ENOENT');
    await writer.end();
    expect(file.listenerCount('error')).toBe(1);
  });
});

describe('a stream with a flush', () => {
  it('is waited for when it takes a callback or gives a promise, and else is not', async () => {
    let flushes = 0;
    const flushLater = async (): Promise<void> => {
      await sleep(20);
      flushes++;
    };
    await start({
      write() {},
      flush: (done: () => void) => void flushLater().then(done),
    }).writer.end();
    expect(flushes).toBe(1);
    await start({ write() {}, flush: flushLater }).writer.end();
    expect(flushes).toBe(2);
    await start({ write() {}, flush: () => void flushLater() }).writer.end();
    expect(flushes).toBe(2);
    const { writer, errors } = start({ write() {}, flush: () => Promise.reject(new Error('no')) });
    await writer.end();
    expect(errors).toEqual(['no']);
  });
});
