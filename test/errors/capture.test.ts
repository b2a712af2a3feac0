import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createMonitoring, type ErrorReport, operation, setupMonitoring } from '../../src/index.js';
import { createLogSink } from '../support/log-sink.js';
import { parseSamples } from '../support/samples.js';
import { createSpanMemory } from '../support/span-memory.js';
import { SUBJECTS } from '../support/subjects.js';
import { until } from '../support/until.js';

function collect() {
  const reports: ErrorReport[] = [];
  return { reports, sink: { name: 'own', capture: (report: ErrorReport) => reports.push(report) } };
}

function create(options: { logs?: false } = {}) {
  const lines = createLogSink();
  const { reports, sink } = collect();
  const monitoring = createMonitoring({
    logs: options.logs ?? { destination: lines },
    errors: { sinks: [sink] },
  });
  const counted = async () =>
    parseSamples(await monitoring.metrics.text())
      .filter(({ name }) => name === 'errors_total')
      .map(({ labels, value }) => ({ ...labels, value }));
  return { monitoring, lines: lines.lines, reports, counted };
}

describe.each(SUBJECTS.filter(({ name }) => name !== 'node http'))(
  'a request that fails in $name',
  (subject) => {
    it('is one error that agrees with its line, its metric and its span', async () => {
      const built = subject.build();
      const lines = createLogSink();
      const { reports, sink } = collect();
      const spans = createSpanMemory();
      const monitoring = setupMonitoring(built.app, {
        ...subject.options,
        logs: { destination: lines },
        traces: { exporter: spans },
        errors: { sinks: [sink] },
      });
      built.addRoutes();
      const base = await built.listen();
      for (const path of ['/throw', '/reject', '/throw', '/users/1', '/nowhere']) {
        await (await fetch(base + path)).text();
      }
      await until(() => lines.requests().length === 5, 'the lines are there');
      const failed = lines.requests().filter(({ status }) => status === 500);
      expect(reports.map((one) => [one.route, one.requestId, one.traceId, one.spanId])).toEqual(
        failed.map((line) => [line.route, line.request_id, line.trace_id, line.span_id]),
      );
      expect(reports[0]).toMatchObject({ origin: 'request', handled: false, method: 'GET' });
      expect(monitoring.errors.groups()).toMatchObject([
        { message: 'thrown on purpose', count: 2, route: '/throw' },
        { message: 'rejected on purpose', count: 1, route: '/reject', handled: false },
      ]);
      expect(await monitoring.metrics.text()).toContain(
        'errors_total{type="Error",handled="false"} 3',
      );
      // The line of the request has the error; there is no other.
      expect(lines.lines.filter(({ level }) => Number(level) >= 50)).toEqual(failed);
      await monitoring.shutdown();
      const traces = spans.spans.filter(({ events }) => events.length > 0);
      expect(traces.map((span) => span.spanContext().traceId)).toEqual(
        reports.map(({ traceId }) => traceId),
      );
      await built.close();
    });
  },
);

describe('captureError', () => {
  it('writes one line, counts, groups and tells sinks, with the ids of the request', async () => {
    const subject = SUBJECTS[0] as (typeof SUBJECTS)[number];
    const built = subject.build();
    const lines = createLogSink();
    const { reports, sink } = collect();
    const monitoring = setupMonitoring(built.app, {
      logs: { destination: lines },
      errors: { sinks: [sink] },
    });
    const ids: string[] = [];
    const app = built.app as unknown as { get(path: string, handler: unknown): void };
    app.get('/orders/:id', (_request: unknown, response: { end(): void }) => {
      const error = new RangeError('top', { cause: new Error('password=hunter2') });
      const context = { tags: { a: 'b' }, extra: { token: 'hunter2', n: 1 }, user: { id: 7 } };
      ids.push(monitoring.captureError(error, context), monitoring.captureError(error));
      response.end();
    });
    const base = await built.listen();
    await fetch(`${base}/orders/7?x=1`);
    await until(() => lines.requests().length === 1, 'the line is there');
    const [line, request] = lines.lines;
    expect(lines.lines).toHaveLength(2);
    expect(line).toMatchObject({
      level: 50,
      msg: 'error captured',
      request_id: request?.request_id,
      trace_id: request?.trace_id,
      span_id: request?.span_id,
      route: '/orders/:id',
      handled: true,
      error_id: ids[0],
      error_group: monitoring.errors.groups()[0]?.fingerprint,
      tags: { a: 'b' },
      extra: { token: '[redacted]', n: 1 },
      user: { id: 7 },
      err: { type: 'RangeError', message: 'top: password=[redacted]' },
    });
    expect(JSON.stringify(line?.err)).toContain('caused by: Error: password=');
    expect(ids[1]).toBe(ids[0]);
    expect(reports).toMatchObject([{ route: '/orders/:id', tags: { a: 'b' }, user: { id: 7 } }]);
    expect(JSON.stringify([lines.lines, monitoring.errors.groups()])).not.toContain('hunter2');
    await monitoring.shutdown();
    await built.close();
  });

  it('knows the user that was bound to the request, unless it is told of one', async () => {
    const server = createServer((_request, response) => {
      monitoring.bind({ user_id: 7 });
      monitoring.captureError(new Error('first'));
      monitoring.captureError(new Error('second'), { user: { id: 8 } });
      response.end();
    });
    const { reports, sink } = collect();
    const monitoring = setupMonitoring(server, { logs: false, errors: { sinks: [sink] } });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    monitoring.captureError(new Error('third'));
    expect(reports.map(({ user }) => user)).toEqual([{ id: 7 }, { id: 8 }, undefined]);
    await monitoring.shutdown();
    server.closeAllConnections();
    server.close();
  });

  it('takes anything, and never throws', async () => {
    const { monitoring, lines, reports } = create();
    const throwing = () => {
      throw new Error('unreadable');
    };
    const hostile = new Proxy({}, { get: throwing, ownKeys: throwing, getPrototypeOf: throwing });
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    const thrown = [
      undefined,
      null,
      'x',
      7n,
      Symbol('s'),
      throwing,
      {},
      hostile,
      Object.freeze(new Error('frozen')),
      Object.defineProperty(new Error(), 'message', { get: throwing }),
      Object.defineProperty(new Error(), 'stack', { get: throwing }),
      new Error('x'.repeat(10_000_000)),
    ];
    for (const one of thrown) expect(monitoring.captureError(one)).toMatch(/^[0-9a-f-]{36}$/);
    const contexts = [
      null,
      7,
      hostile,
      { tags: hostile, extra: cyclic, user: 'ann' },
      { level: 'loud', handled: 'no', route: 7, fingerprint: {} },
      {
        extra: {
          toJSON: throwing,
          get bad() {
            return throwing();
          },
        },
      },
    ];
    for (const one of contexts) {
      expect(monitoring.captureError(new Error('m'), one as never)).not.toBe('');
    }
    expect(reports).toHaveLength(thrown.length + contexts.length);
    expect(lines).toHaveLength(thrown.length + contexts.length);
    expect(await monitoring.metrics.text()).not.toContain('telltale_faults_total{part="errors"');
  });

  it('has a level and says whether the error was handled', async () => {
    const { monitoring, lines, counted } = create();
    monitoring.captureError(new Error('a'), { level: 'warn' });
    monitoring.captureError(new TypeError('b'), { handled: false });
    monitoring.captureError(Object.assign(new Error('c'), { name: 'not a name"}' }));
    expect(lines.map(({ level }) => level)).toEqual([40, 50, 50]);
    expect(await counted()).toEqual([
      { type: 'Error', handled: 'true', value: 2 },
      { type: 'TypeError', handled: 'false', value: 1 },
    ]);
  });

  it('is there when errors are off, and does nothing', async () => {
    const sink = createLogSink();
    const monitoring = createMonitoring({ errors: false, logs: { destination: sink } });
    monitoring.start();
    const listeners = process.listenerCount('uncaughtExceptionMonitor');
    expect(monitoring.captureError(new Error('m'))).toBe('');
    expect(() =>
      monitoring.trace('t', () => {
        throw new Error('m');
      }),
    ).toThrow('m');
    expect(monitoring.errors.groups()).toEqual([]);
    expect(sink.lines).toEqual([]);
    expect(await monitoring.metrics.text()).not.toMatch(/^errors_total/m);
    expect(process.listenerCount('uncaughtExceptionMonitor')).toBe(listeners);
    await monitoring.shutdown();
  });
});

describe('an error on its way up', () => {
  const outer = operation('outer');
  const inner = operation('inner');

  it('is counted once, with the trace of where it came from', async () => {
    const { monitoring, lines, reports } = create();
    const error = new Error('m');
    const fail = () => monitoring.observe(inner, {}, async () => Promise.reject(error));
    await expect(
      monitoring.observe(outer, {}, () => monitoring.trace('between', fail)),
    ).rejects.toBe(error);
    monitoring.captureError(error);
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({ origin: 'operation', handled: false });
    expect(reports[0]?.spanId).toBe(lines[0]?.span_id);
    expect(lines.map(({ operation }) => operation)).toEqual(['inner', 'outer']);
  });

  it('leaves no secret in spans', async () => {
    const spans = createSpanMemory();
    const monitoring = createMonitoring({ logs: false, traces: { exporter: spans } });
    monitoring.start();
    const fail = () => Promise.reject(new Error('cannot reach postgres://shop:hunter2@db/shop'));
    await expect(monitoring.trace('traced', fail)).rejects.toThrow('hunter2');
    await expect(monitoring.observe(inner, {}, fail)).rejects.toThrow('hunter2');
    await monitoring.shutdown();
    expect(spans.spans).toHaveLength(2);
    for (const { events, status, attributes } of spans.spans) {
      const message = 'cannot reach postgres://[redacted]@db/shop';
      expect(status.message).toBe(message);
      expect(events[0]?.attributes).toMatchObject({
        'exception.type': 'Error',
        'exception.message': message,
        'exception.stacktrace': expect.stringContaining('capture.test.ts'),
      });
      expect(JSON.stringify([events, status, attributes])).not.toContain('hunter2');
    }
  });

  it('is counted again when it is thrown again', async () => {
    const { monitoring, reports } = create();
    const error = new Error('made once');
    for (let i = 0; i < 3; i++) {
      expect(() =>
        monitoring.observe(outer, {}, () => {
          throw error;
        }),
      ).toThrow(error);
    }
    expect(reports).toHaveLength(3);
  });

  it('is told by one line, whoever has it', async () => {
    const { monitoring, lines, reports } = create();
    const fails = async () => Promise.reject(new Error('m'));
    await expect(monitoring.trace('alone', fails)).rejects.toThrow('m');
    expect(lines).toMatchObject([{ level: 50, msg: 'error in work', handled: false }]);
    expect(reports[0]).toMatchObject({ origin: 'trace', traceId: lines[0]?.trace_id });
    await monitoring.observe(outer, {}, () => monitoring.trace('below', fails).catch(() => {}));
    expect([lines.length, reports.length]).toEqual([1, 2]);
    const silent = create({ logs: false });
    await expect(silent.monitoring.trace('silent', fails)).rejects.toThrow('m');
    expect(silent.reports).toHaveLength(1);
  });
});

describe('a sink', () => {
  it('that throws, rejects or hangs hurts nobody, and is counted', async () => {
    const { reports, sink } = collect();
    const lines = createLogSink();
    const monitoring = createMonitoring({
      logs: { destination: lines },
      shutdown: { timeout: 400 },
      errors: {
        sinks: [
          {
            name: 'throws',
            capture() {
              throw new Error('from a sink');
            },
          },
          { name: 'rejects', capture: () => Promise.reject(new Error('from a sink')) },
          {
            name: 'hangs',
            capture: () => new Promise(() => {}),
            flush: () => new Promise(() => {}),
          },
          { name: 'loses', capture: (_, lost) => lost(new Error('full'), 2) },
          sink,
        ],
      },
    });
    monitoring.start();
    for (let i = 0; i < 150; i++) monitoring.captureError(new Error('m'));
    expect(reports).toHaveLength(150);
    await new Promise(setImmediate);
    const dropped = parseSamples(await monitoring.metrics.text())
      .filter(({ name }) => name === 'telltale_error_reports_dropped_total')
      .map(({ labels, value }) => [labels.sink, value]);
    expect(Object.fromEntries(dropped)).toEqual({
      throws: 150,
      rejects: 150,
      hangs: 50,
      loses: 300,
      own: 0,
    });
    const faults = lines.lines.filter(({ part }) => String(part).startsWith('errors/'));
    expect(faults.map(({ part }) => part).sort()).toEqual([
      'errors/loses',
      'errors/rejects',
      'errors/throws',
    ]);
    const started = performance.now();
    await monitoring.shutdown();
    expect(performance.now() - started).toBeLessThan(2000);
    expect(lines.lines.at(-1)).toMatchObject({ cut: ['errors/hangs'] });
  });

  it('is flushed at shutdown, and told when there is no time left', async () => {
    const flushed: string[] = [];
    let aborted = false;
    const monitoring = createMonitoring({
      logs: false,
      shutdown: { timeout: 300 },
      errors: {
        sinks: [
          { name: 'quick', capture() {}, flush: async () => flushed.push('quick') },
          {
            name: 'slow',
            capture() {},
            flush: (signal) =>
              new Promise((resolve) => {
                signal.addEventListener('abort', () => {
                  aborted = true;
                  resolve(undefined);
                });
              }),
          },
        ],
      },
    });
    monitoring.start();
    await monitoring.shutdown();
    expect([flushed, aborted]).toEqual([['quick'], true]);
  });

  it.each([
    [{ sinks: [{ name: 'x' }] }, 'option errors.sinks.0: expected a sink: { name, capture }'],
    [{ sinks: {} }, 'option errors.sinks: expected a list of sinks'],
    [{ uncaught: 1 }, 'option errors.uncaught: expected true or false'],
    [{ sink: [] }, 'did you mean "sinks"?'],
  ])('is what it should be: %j', (errors, message) => {
    expect(() => createMonitoring({ errors } as never)).toThrow(message);
  });
});

describe('listeners of the process', () => {
  it('are there once, and given back', async () => {
    const names = [
      'uncaughtExceptionMonitor',
      'unhandledRejection',
      'newListener',
      'removeListener',
    ];
    const counts = () => names.map((name) => process.listenerCount(name));
    const before = counts();
    const all = Array.from({ length: 20 }, () => createMonitoring({ logs: false }));
    for (const monitoring of all) monitoring.start();
    expect(process.listenerCount('uncaughtExceptionMonitor')).toBe((before[0] ?? 0) + 1);
    await Promise.all(all.map((monitoring) => monitoring.shutdown()));
    expect(counts()).toEqual(before);
    const off = createMonitoring({ logs: false, errors: { uncaught: false } });
    off.start();
    expect(counts()).toEqual(before);
    await off.shutdown();
  });
});
