import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import { createMonitoring, type MonitoringOptions, setupMonitoring } from '../../../src/index.js';
import { createStreamWriter } from '../../../src/signals/logs/stream-writer.js';
import { createLogSink } from '../../support/log-sink.js';
import { total } from '../../support/samples.js';
import { SUBJECTS } from '../../support/subjects.js';
import { until } from '../../support/until.js';

const folder = mkdtempSync(path.join(tmpdir(), 'telltale-streams-'));
afterAll(() => rmSync(folder, { recursive: true }));

function start(destination: NonNullable<MonitoringOptions['logs'] & object>['destination']) {
  const monitoring = createMonitoring({ logs: { destination: destination as number } });
  monitoring.start();
  const read = async (name: string) => total(await monitoring.metrics.text(), name);
  return {
    monitoring,
    dropped: () => read('telltale_log_lines_dropped_total'),
    faults: () => read('telltale_faults_total'),
  };
}

describe('a stream of the application’s', () => {
  it('may fail without a listener, and what it had is counted', async () => {
    let release = (_: Error): void => {};
    const stream = new Writable({
      write(_chunk, _encoding, done) {
        release = done;
      },
    });
    const { monitoring, dropped, faults } = start(stream);
    for (let i = 0; i < 5; i++) monitoring.logger.info('line');
    release(new Error('failed on purpose'));
    await until(async () => (await faults()) === 1, 'the error is noted');
    for (let i = 0; i < 3; i++) monitoring.logger.info('to a stream that is destroyed');
    expect(await dropped()).toBe(8);
    await monitoring.shutdown();
    expect(stream.listenerCount('drain')).toBe(0);
  });

  it('may throw, or have ended', async () => {
    const ended = new Writable({ write: (_chunk, _encoding, done) => done() }).end();
    const throwing = {
      write() {
        throw new Error('thrown on purpose');
      },
    };
    for (const stream of [ended, throwing]) {
      const { monitoring, dropped } = start(stream as never);
      for (let i = 0; i < 3; i++) monitoring.logger.info('line');
      expect(await dropped()).toBe(3);
      await monitoring.shutdown();
      monitoring.logger.info('after the end');
    }
  });

  it('keeps no more than its bound when it is stuck, and all of that is flushed', async () => {
    const chunks: string[] = [];
    const stuck: (() => void)[] = [];
    let isStuck = true;
    const stream = new Writable({
      write(chunk, _encoding, done) {
        chunks.push(String(chunk));
        if (isStuck) stuck.push(done);
        else done();
      },
    });
    const { monitoring, dropped } = start(stream);
    const filler = 'x'.repeat(100_000);
    for (let i = 0; i < 400; i++) monitoring.logger.info(filler);
    expect(stream.writableLength).toBeLessThan(17 * 1024 * 1024);
    const lost = await dropped();
    expect(lost).toBeGreaterThan(200);
    isStuck = false;
    const ended = monitoring.shutdown();
    for (const done of stuck) done();
    await ended;
    expect(chunks.length + lost).toBe(400);
    expect(stream.writableLength).toBe(0);
  });

  it('may be one of pino’s own', async () => {
    const file = path.join(folder, 'sonic.log');
    const { monitoring, dropped } = start(
      pino.destination({ dest: file, sync: false, maxLength: 5000 }),
    );
    for (let i = 0; i < 100; i++) monitoring.logger.info({ i }, 'x'.repeat(100));
    await monitoring.shutdown();
    const lines = () => readFileSync(file, 'utf8').split('\n').length - 1;
    const lost = await dropped();
    expect(lost).toBeGreaterThan(50);
    // pino opens its file in a while of its own.
    await until(() => existsSync(file) && lines() + lost === 100, 'what it has taken is written');
  });

  it('may choose by the level, also for the lines of requests', async () => {
    const [all, errors] = [createLogSink(), createLogSink()];
    const subject = SUBJECTS[0] as (typeof SUBJECTS)[number];
    const built = subject.build();
    const destination = pino.multistream([
      { level: 'info', stream: all },
      { level: 'error', stream: errors },
    ]);
    const monitoring = setupMonitoring(built.app, { logs: { destination } });
    built.addRoutes();
    const base = await built.listen();
    for (const route of ['/users/1', '/throw']) await (await fetch(base + route)).text();
    monitoring.logger.warn('of the application');
    await until(() => all.lines.length === 3, 'all lines are there');
    expect(errors.lines.map(({ status }) => status)).toEqual([500]);
    await monitoring.shutdown();
    await built.close();
  });

  it('is flushed when somebody asks the logger to', async () => {
    for (const destination of [path.join(folder, 'flushed.log'), createLogSink()]) {
      const monitoring = createMonitoring({ logs: { destination } });
      monitoring.logger.info('line');
      await new Promise<void>((resolve) => monitoring.logger.flush(() => resolve()));
      await monitoring.shutdown();
    }
    expect(readFileSync(path.join(folder, 'flushed.log'), 'utf8')).toContain('line');
  });

  it('gives its listeners back though flushing fails', async () => {
    const told: unknown[] = [];
    const writer = createStreamWriter(
      Object.assign(createLogSink(), {
        flush() {
          throw new Error('thrown on purpose');
        },
        flushSync() {
          throw new Error('thrown on purpose');
        },
      }),
      (error) => told.push(error),
    );
    writer.flushSync?.();
    await writer.end();
    expect(told).toHaveLength(2);
  });
});
