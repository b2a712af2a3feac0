import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { mountSmall } from '../../support/small-disk.js';
import { until } from '../../support/until.js';
import { type LoggingService, startLogging } from './service.js';

const folder = mkdtempSync(path.join(tmpdir(), 'telltale-destination-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MB = 1024 * 1024;

/** The numbers of the lines of work in a log, in their order. */
function numbersIn(...logs: string[]): number[] {
  return logs
    .flatMap((log) => log.split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .filter(({ msg }) => msg === 'work')
    .map(({ i }) => i);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** A pipe whose reader is this test, which does not read until it is asked. */
function frozenPipe() {
  const file = path.join(folder, `pipe-${Math.random()}`);
  execFileSync('mkfifo', [file]);
  const fd = openSync(file, constants.O_RDWR);
  const reader = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  onTestFinished(() => {
    closeSync(fd);
    closeSync(reader);
  });
  const buffer = Buffer.alloc(MB);
  let text = '';
  return {
    fd,
    /** All lines that have come through by now. */
    read(): string {
      try {
        for (let bytes = 1; bytes > 0; ) {
          bytes = readSync(reader, buffer);
          text += buffer.toString('utf8', 0, bytes);
        }
      } catch {
        // Nothing more for the moment.
      }
      return text.slice(0, text.lastIndexOf('\n') + 1);
    },
  };
}

describe('a reader that is frozen', () => {
  it('stops no request, fills no memory, and is told later what it missed', async () => {
    const pipe = frozenPipe();
    const service = await startLogging({}, pipe.fd);
    await service.ask('/write/10/100');
    const before = Number((await service.command('memory')).result);
    const statuses: number[] = [];
    for (let i = 0; i < 400; i++) statuses.push(await service.ask('/write/10/10000'));
    expect(statuses).toEqual(Array(400).fill(200));
    const grown = Number((await service.command('memory')).result) - before;
    expect(grown).toBeLessThan(90 * MB);

    const dropped = await service.metric('telltale_log_lines_dropped_total');
    const made = await service.metric('log_events_total');
    expect(made).toBe(10 + 1 + 400 * 11);
    expect(dropped).toBeGreaterThan(1000);
    const whole = () => pipe.read().split('\n').length - 1 + dropped === made;
    await until(whole, 'what was not dropped has come through', 20_000);
    for (const line of pipe.read().split('\n').slice(0, -1))
      expect(JSON.parse(line).level).toBe(30);
    expect(await service.ask('/write/1/1')).toBe(200);
    await until(() => pipe.read().split('\n').length - 1 + dropped === made + 2, 'it goes on');
  }, 60_000);

  it('does not keep the process from ending', async () => {
    const pipe = frozenPipe();
    const service = await startLogging({}, pipe.fd);
    await service.ask('/write/100/10000');
    await service.ask('/write/0/0');
    const ended = service.ended();
    void service.command('exit', 3);
    expect(await ended).toMatchObject({ code: 3 });
    expect((await ended).ms).toBeLessThan(4000);
  }, 20_000);
});

describe('a reader that is slow', () => {
  it('gets every line once when the process exits in the middle', async () => {
    const pipe = frozenPipe();
    const service = await startLogging({}, pipe.fd);
    await service.ask('/write/500/1000');
    const ended = service.ended();
    void service.command('exit', 0);
    const reading = setInterval(pipe.read, 5);
    onTestFinished(() => clearInterval(reading));
    await ended;
    await until(() => numbersIn(pipe.read()).length === 500, 'all lines have come through');
    expect(numbersIn(pipe.read())).toEqual(upTo(500));
  }, 20_000);
});

describe('a reader that goes away', () => {
  it('leaves a service that answers, and counts', async () => {
    const service = await startLogging({}, 'pipe');
    service.child.stdout?.destroy();
    for (let i = 0; i < 20; i++) expect(await service.ask('/write/5/100')).toBe(200);
    await until(
      async () =>
        (await service.metric('telltale_log_lines_dropped_total')) ===
        (await service.metric('log_events_total')),
      'every line is counted as lost',
    );
    const ended = service.ended();
    void service.command('exit', 0);
    expect((await ended).ms).toBeLessThan(3000);
  }, 20_000);
});

describe('a disk that is full', () => {
  const place = mountSmall(folder);
  afterAll(() => void (place && execFileSync('umount', ['-l', place])));

  it.skipIf(place === undefined)(
    'takes every line when there is room again',
    async () => {
      const filler = path.join(String(place), 'filler');
      const log = path.join(String(place), 'app.log');
      writeFileSync(filler, Buffer.alloc(200 * 1024));
      const service = await startLogging({ logs: { destination: log } });
      expect(await service.ask('/write/100/1000')).toBe(200);
      await until(async () => (await service.metric('telltale_faults_total')) > 0, 'it is full');
      for (let i = 0; i < 10; i++) expect(await service.ask('/write/1/100')).toBe(200);
      rmSync(filler);
      await until(() => numbersIn(whole(log)).length === 110, 'all lines are there', 10_000);
      expect(numbersIn(whole(log))).toEqual(upTo(110));
      expect(await service.metric('telltale_log_lines_dropped_total')).toBe(0);
    },
    30_000,
  );

  it('never stops a service that logs to it', async () => {
    const service = await startLogging({ logs: { destination: '/dev/full' } });
    for (let i = 0; i < 20; i++) expect(await service.ask('/write/10/1000')).toBe(200);
    await until(async () => (await service.metric('telltale_faults_total')) > 0, 'it is told');
    const ended = service.ended();
    await service.command('shutdown');
    service.child.kill('SIGTERM');
    expect((await ended).ms).toBeLessThan(8000);
  }, 20_000);
});

/** A log without the line that may be on its way. */
function whole(file: string): string {
  const text = readFileSync(file, 'utf8');
  return text.slice(0, text.lastIndexOf('\n') + 1);
}

function reopens(name: string): { log: string; start(): Promise<LoggingService> } {
  const log = path.join(folder, name, 'app.log');
  const options = { logs: { destination: log, reopenOn: 'SIGHUP' as const } };
  return { log, start: () => startLogging(options) };
}

describe('a file that is rotated', () => {
  it('by name and SIGHUP loses no line and has none twice', async () => {
    const { log, start } = reopens('renamed');
    const service = await start();
    await service.command('pour');
    const rotated: string[] = [];
    const grown = () => existsSync(log) && statSync(log).size > 20_000;
    for (let i = 0; i < 5; i++) {
      await until(grown, 'the file has grown');
      const old = `${log}.${i}`;
      renameSync(log, old);
      rotated.push(old);
      service.child.kill('SIGHUP');
      await until(() => existsSync(log), 'there is a new file');
    }
    await until(grown, 'the last file has grown');
    await service.command('stop');
    const { written } = await service.command('shutdown');
    const parts = [...rotated, log].map((file) => readFileSync(file, 'utf8'));
    for (const part of parts) expect(numbersIn(part).length).toBeGreaterThan(50);
    expect(numbersIn(...parts)).toEqual(upTo(written));
    // Whoever catches the signal no longer does after the end.
    const ended = service.ended();
    service.child.kill('SIGHUP');
    expect((await ended).code).toBeNull();
  }, 30_000);

  it('stays the same when it cannot be opened again, and that is told once', async () => {
    const { log, start } = reopens('blocked');
    const service = await start();
    await service.command('write', 10, 10);
    await until(() => existsSync(log) && numbersIn(whole(log)).length === 10, 'ten lines');
    const moved = path.join(folder, 'moved');
    renameSync(path.dirname(log), moved);
    writeFileSync(path.dirname(log), 'a file where the folder was');
    const old = path.join(moved, 'app.log');
    for (let i = 1; i <= 3; i++) {
      service.child.kill('SIGHUP');
      await until(async () => (await service.metric('telltale_faults_total')) === i, 'it failed');
      await service.command('write', 10, 10);
    }
    await until(() => numbersIn(whole(old)).length === 40, 'all lines are in the old file');
    expect(whole(old).match(/logs\.reopen failed/g)).toHaveLength(1);
    rmSync(path.dirname(log));
    mkdirSync(path.dirname(log));
    service.child.kill('SIGHUP');
    await until(() => existsSync(log), 'it is opened after all');
    await service.command('write', 1, 1);
    await until(() => numbersIn(whole(log)).length === 1, 'the next line is in the new file');
  }, 30_000);

  it('by copying and cutting has no hole', async () => {
    const { log, start } = reopens('cut');
    const service = await start();
    await service.command('write', 100, 100);
    await until(
      () => existsSync(log) && numbersIn(whole(log)).length === 100,
      'the lines are there',
    );
    copyFileSync(log, `${log}.1`);
    truncateSync(log);
    await service.command('write', 10, 100);
    await service.command('shutdown');
    expect(numbersIn(readFileSync(`${log}.1`, 'utf8'), readFileSync(log, 'utf8'))).toEqual(
      upTo(110),
    );
  }, 20_000);
});
