import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMonitoring } from '../../src/index.js';
import { type WebhookOptions, webhook } from '../../src/sinks/webhook.js';
import { freePort } from '../services/process.js';
import { createLogSink } from '../support/log-sink.js';
import { until } from '../support/until.js';

interface Posted {
  headers: IncomingHttpHeaders;
  errors: Record<string, unknown>[];
}

/** Statuses it answers with, in turn, the last one for ever; 0 hangs. */
async function startReceiver(...statuses: number[]) {
  const posted: Posted[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      const status = statuses[Math.min(posted.length, statuses.length - 1)] ?? 200;
      posted.push({ headers: request.headers, ...JSON.parse(text) });
      if (status !== 0) response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, posted };
}

function monitor(options: WebhookOptions, timeout = 5000) {
  const sink = createLogSink();
  const monitoring = createMonitoring({
    serviceName: 'shop',
    serviceVersion: '1.2.3',
    environment: 'test',
    logs: { destination: sink },
    shutdown: { timeout },
    errors: { sinks: [webhook(options)] },
  });
  const dropped = async () =>
    Number(
      /^telltale_error_reports_dropped_total\{sink="webhook"\} (\d+)$/m.exec(
        await monitoring.metrics.text(),
      )?.[1] ?? 0,
    );
  return { monitoring, sink, dropped };
}

describe('a webhook', () => {
  it('gets the first of a group at once, then one per interval with their number', async () => {
    const { url, posted } = await startReceiver(200);
    const { monitoring, dropped } = monitor({ url, interval: 400, headers: { 'x-key': 'k' } });
    const fail = (i: number) => new RangeError(`no order ${i} token=hunter2`, { cause: 'below' });
    monitoring.captureError(fail(0), { tags: { a: 1 }, user: { id: 7, password: 'hunter2' } });
    await until(() => posted.length === 1, 'the first is there');
    for (let i = 1; i <= 30; i++) monitoring.captureError(fail(i));
    await until(() => posted.length === 2, 'the next is there');
    expect(posted.map(({ errors }) => errors.map(({ count }) => count))).toEqual([[1], [30]]);
    expect(posted[0]?.headers).toMatchObject({ 'x-key': 'k', 'content-type': 'application/json' });
    expect(posted[0]?.errors[0]).toMatchObject({
      id: expect.any(String),
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      type: 'RangeError',
      message: 'no order 0 token=[redacted]',
      stack: expect.stringContaining('webhook.test.ts'),
      cause: { type: 'NonError', message: 'below' },
      level: 'error',
      handled: true,
      origin: 'captureError',
      tags: { a: 1 },
      user: { id: 7, password: '[redacted]' },
      service: 'shop',
      version: '1.2.3',
      environment: 'test',
      group: { fingerprint: expect.any(String), count: 1, handled: true },
    });
    expect(posted[1]?.errors[0]).toMatchObject({
      message: 'no order 30 token=[redacted]',
      group: { count: 31 },
    });
    expect(JSON.stringify(posted)).not.toContain('hunter2');
    await monitoring.shutdown();
    expect([posted.length, await dropped()]).toEqual([2, 0]);
  });

  it('keeps no error alive, be it sent or waiting', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const { url, posted } = await startReceiver(200);
    const { monitoring } = monitor({ url });
    const gone: WeakRef<object>[] = [];
    const capture = () => {
      const error = new Error('m');
      gone.push(new WeakRef(error));
      monitoring.captureError(error);
    };
    capture();
    await until(() => posted.length === 1, 'the first is there');
    // These wait for the interval to be over.
    capture();
    capture();
    await until(() => {
      collectGarbage();
      return gone.every((one) => one.deref() === undefined);
    }, 'the errors are collected');
    await monitoring.shutdown();
    expect(posted.map(({ errors }) => errors[0]?.count)).toEqual([1, 2]);
  });

  it('gets many groups in few messages, and at shutdown what is left', async () => {
    const { url, posted } = await startReceiver(200);
    const { monitoring, dropped } = monitor({ url });
    for (let i = 0; i < 60; i++) monitoring.captureError('m', { fingerprint: `group ${i}` });
    monitoring.captureError('m', { fingerprint: 'group 0' });
    await monitoring.shutdown();
    const counts = posted.flatMap(({ errors }) => errors.map(({ count }) => Number(count)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(61);
    expect(posted.length).toBeLessThan(6);
    expect(await dropped()).toBe(0);
  });

  it('is tried again when it fails for the moment, and not when it refuses', async () => {
    const failing = await startReceiver(500, 503, 200);
    const first = monitor({ url: failing.url });
    first.monitoring.captureError('m');
    await until(() => failing.posted.length === 3, 'it has succeeded');
    await first.monitoring.shutdown();
    expect(await first.dropped()).toBe(0);

    const refusing = await startReceiver(400);
    const second = monitor({ url: refusing.url });
    second.monitoring.captureError('m');
    await until(async () => (await second.dropped()) === 1, 'the loss is counted');
    await second.monitoring.shutdown();
    expect(refusing.posted).toHaveLength(1);
    const lines = second.sink.lines.filter(({ part }) => part === 'errors/webhook');
    expect(lines).toMatchObject([{ err: { message: 'answered with status 400' } }]);
  });

  it('that hangs, is absent or always fails costs what it holds, and is counted', async () => {
    const hanging = await startReceiver(0);
    const failing = await startReceiver(500);
    const absent = `http://127.0.0.1:${await freePort()}`;
    for (const url of [hanging.url, failing.url, absent]) {
      const { monitoring, sink, dropped } = monitor({ url, queue: 10 }, 2000);
      monitoring.start();
      const started = performance.now();
      for (let i = 0; i < 100; i++) monitoring.captureError('m', { fingerprint: `group ${i}` });
      expect(performance.now() - started).toBeLessThan(1000);
      expect(await dropped()).toBeGreaterThanOrEqual(90 - 1);
      await monitoring.shutdown();
      expect(performance.now() - started).toBeLessThan(4000);
      await until(async () => (await dropped()) === 100, 'every loss is counted');
      expect(sink.lines.filter(({ msg }) => msg === 'error captured')).toHaveLength(100);
    }
  });

  it('does not hold the process', async () => {
    const { url, posted } = await startReceiver(0);
    const program = `
      const { createMonitoring } = require('telltale');
      const { webhook } = require('telltale/sinks/webhook');
      const sinks = [webhook({ url: ${JSON.stringify(url)} })];
      const monitoring = createMonitoring({ logs: false, errors: { sinks } });
      monitoring.start();
      monitoring.captureError(new Error('m'));
      setTimeout(() => monitoring.captureError(new Error('m')), 500);`;
    const started = performance.now();
    const child = spawn(process.execPath, ['-e', program], { stdio: 'inherit' });
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(performance.now() - started).toBeLessThan(4500);
    expect(posted).toHaveLength(1);
  });

  it.each([
    [{ url: 'ftp://x' }, 'option webhook.url: expected an http: or https: URL, got "ftp://x"'],
    [{ url: 'http://x', intervall: 1 }, 'did you mean "interval"?'],
    [{ url: 'http://x', headers: { 'a b': 'c' } }, 'option webhook.headers: expected'],
    [{ url: 'http://x', queue: 0 }, 'option webhook.queue: expected a number of groups'],
  ])('refuses %j', (options, message) => {
    expect(() => webhook(options as WebhookOptions)).toThrow(message);
  });
});
