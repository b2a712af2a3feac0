/**
 * What becomes of spans when their collector fails: requests do not notice, every span is booked, one
 * line tells of it, and the end comes in time.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Monitoring, setupMonitoring } from '../../../src/index.js';
import type { TracesOptions } from '../../../src/signals/traces/options.js';
import { type Behaviour, startFaultyCollector, TAKES } from '../../services/faulty-collector.js';
import { freePort } from '../../services/process.js';
import { createLogSink } from '../../support/log-sink.js';
import { until } from '../../support/until.js';

const REQUESTS = 300;
const SETTINGS = {
  OTEL_BSP_SCHEDULE_DELAY: '20',
  OTEL_BSP_EXPORT_TIMEOUT: '1500',
  OTEL_BSP_MAX_QUEUE_SIZE: '100',
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '50',
};

beforeEach(() => void Object.assign(process.env, SETTINGS));
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const name of Object.keys(SETTINGS)) delete process.env[name];
  for (const close of open.splice(0)) await close();
});

interface Figures {
  ended: number;
  exported: number;
  waiting: number;
  lost: Record<string, number>;
}

async function figuresOf(monitoring: Monitoring): Promise<Figures> {
  const text = await monitoring.metrics.text();
  const value = (name: string) =>
    Number(new RegExp(`^${name}(?:{.*})? (.*)$`, 'm').exec(text)?.[1]);
  const lost = text.matchAll(/^telltale_spans_lost_total{.*reason="(\w+)"} (\d+)$/gm);
  return {
    ended: value('telltale_spans_total'),
    exported: value('telltale_spans_exported_total'),
    waiting: value('telltale_spans_waiting'),
    lost: Object.fromEntries(
      Array.from(lost, ([, reason, count]) => [reason, Number(count)]).filter(([, n]) => n),
    ),
  };
}

const sum = (lost: Record<string, number>) => Object.values(lost).reduce((a, b) => a + b, 0);

interface Service {
  monitoring: Monitoring;
  sink: ReturnType<typeof createLogSink>;
  /** Milliseconds that each of so many requests took, eight at a time. */
  ask(count: number): Promise<number[]>;
  /** Milliseconds that the shutdown took. */
  end(): Promise<number>;
}

async function serve(traces: TracesOptions): Promise<Service> {
  const sink = createLogSink();
  const server = createServer((_request, response) => response.end('hello'));
  const monitoring = setupMonitoring(server, {
    serviceName: 'faulty',
    logs: { destination: sink },
    traces,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  open.push(async () => {
    server.closeAllConnections();
    server.close();
    await monitoring.shutdown();
  });
  return {
    monitoring,
    sink,
    async ask(count) {
      const times: number[] = [];
      let left = count;
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          while (left-- > 0) {
            const started = performance.now();
            await (await fetch(`http://127.0.0.1:${port}/`)).text();
            times.push(performance.now() - started);
          }
        }),
      );
      return times.sort((a, b) => a - b);
    },
    async end() {
      const started = performance.now();
      await monitoring.shutdown();
      return performance.now() - started;
    },
  };
}

const deliveryLines = ({ sink }: Service) =>
  sink.lines.filter(({ msg }) => /^telltale: exporter/.test(msg));

const status =
  (code: number, headers = {}): NonNullable<Behaviour['answer']> =>
  (response) =>
    response.writeHead(code, headers).end('{}');

interface Fault {
  readonly behaviour: Behaviour;
  /** Reasons of which at least one has lost spans, and no others than these have. */
  readonly reasons: readonly string[];
  /** Whether some must arrive. */
  readonly delivers?: boolean;
  /** Milliseconds for a batch, where the usual ones are too few. */
  readonly exportTimeout?: string;
}

const FAULTS: Record<string, Fault> = {
  'resets connections': {
    behaviour: { connect: (socket) => socket.resetAndDestroy() },
    reasons: ['refused', 'queue_full'],
  },
  'closes connections without a word': {
    behaviour: { connect: (socket) => socket.end() },
    reasons: ['refused', 'queue_full'],
  },
  'hangs before the headers': {
    behaviour: { answer: () => {} },
    reasons: ['timeout', 'queue_full', 'shutdown'],
  },
  'never reads': {
    behaviour: { connect: (socket) => socket.pause() },
    reasons: ['timeout', 'queue_full', 'shutdown'],
  },
  'hangs in the body': {
    behaviour: { answer: (response) => response.writeHead(200).write('{') },
    reasons: ['queue_full'],
    delivers: true,
  },
  'breaks off in the body': {
    behaviour: {
      answer: (response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{', () => response.destroy());
      },
    },
    reasons: ['queue_full'],
    delivers: true,
  },
  'answers 400': { behaviour: { answer: status(400) }, reasons: ['rejected', 'queue_full'] },
  'answers 500': { behaviour: { answer: status(500) }, reasons: ['rejected', 'queue_full'] },
  'answers 503': { behaviour: { answer: status(503) }, reasons: ['unavailable', 'queue_full'] },
  'sends elsewhere': {
    behaviour: { answer: status(307, { location: 'http://127.0.0.1:1/' }) },
    reasons: ['rejected', 'queue_full'],
  },
  'wants to be left alone for an hour': {
    behaviour: { answer: status(429, { 'retry-after': '3600' }) },
    reasons: ['unavailable', 'queue_full', 'shutdown'],
  },
  'is slow': {
    behaviour: { answer: (response) => void setTimeout(() => response.end('{}'), 2000) },
    reasons: ['queue_full'],
    delivers: true,
    exportTimeout: '10000',
  },
  'answers in rubbish': {
    behaviour: { answer: (response) => response.end('\u0000<html>no json') },
    reasons: ['queue_full'],
    delivers: true,
  },
  'does not speak HTTP': {
    behaviour: { connect: (socket) => void socket.write('220 mail.example.org ESMTP\r\n') },
    reasons: ['error', 'refused', 'queue_full'],
  },
  'takes a part': {
    behaviour: {
      answer: (response) =>
        response.end('{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}'),
    },
    reasons: ['rejected', 'queue_full'],
    delivers: true,
  },
};

describe('a service whose collector', () => {
  it.each(Object.entries(FAULTS))(
    '%s',
    async (_, { behaviour, reasons, delivers = false, exportTimeout }) => {
      if (exportTimeout !== undefined) process.env.OTEL_BSP_EXPORT_TIMEOUT = exportTimeout;
      const collector = await startFaultyCollector(behaviour);
      open.push(collector.stop);
      const service = await serve({ exporter: 'otlp', endpoint: collector.endpoint });
      await service.ask(REQUESTS);
      const { waiting } = await figuresOf(service.monitoring);
      expect(waiting).toBeLessThanOrEqual(150);
      expect(await service.end()).toBeLessThan(5000);

      const { ended, exported, lost, ...rest } = await figuresOf(service.monitoring);
      expect(ended).toBe(REQUESTS);
      expect(exported + sum(lost)).toBe(REQUESTS);
      expect(rest.waiting).toBe(0);
      expect(Object.keys(lost).filter((reason) => !reasons.includes(reason))).toEqual([]);
      if (!(delivers && reasons[0] === 'queue_full'))
        expect(lost[reasons[0] as string]).toBeGreaterThan(0);
      if (delivers) expect(exported).toBe(collector.accepted() - (lost.rejected ?? 0));
      else expect(exported).toBe(0);
      if (delivers) expect(exported).toBeGreaterThan(0);
      expect(deliveryLines(service).length).toBeLessThanOrEqual(2);
      if (!delivers) expect(deliveryLines(service).at(-1)).toMatchObject({ reason: reasons[0] });
      expect(service.sink.requests()).toHaveLength(REQUESTS);
    },
  );

  it('is not there', async () => {
    const service = await serve({
      exporter: 'otlp',
      endpoint: `http://127.0.0.1:${await freePort()}`,
    });
    await service.ask(REQUESTS);
    expect(await service.end()).toBeLessThan(5000);
    const { ended, exported, lost } = await figuresOf(service.monitoring);
    expect([ended, exported, sum(lost)]).toEqual([REQUESTS, 0, REQUESTS]);
    expect(lost.refused).toBeGreaterThan(0);
    expect(deliveryLines(service).length).toBeLessThanOrEqual(2);
    expect(deliveryLines(service).at(-1)).toMatchObject({ exporter: 'otlp', reason: 'refused' });
  });

  it('sends a hundred megabytes is read to their beginning', async () => {
    let written = 0;
    const megabyte = Buffer.alloc(1e6, 0x20);
    const collector = await startFaultyCollector({
      answer(response) {
        response.writeHead(200);
        const write = (): void => {
          while (written < 100e6 && !response.destroyed) {
            written += megabyte.length;
            if (!response.write(megabyte)) return void response.once('drain', write);
          }
          response.end();
        };
        write();
      },
    });
    open.push(collector.stop);
    const service = await serve({ exporter: 'otlp', endpoint: collector.endpoint });
    await service.ask(20);
    await service.end();
    const { exported } = await figuresOf(service.monitoring);
    expect(exported).toBe(20);
    // What fits into the buffers of two sockets, and not more.
    expect(written).toBeLessThan(50e6);
  });

  it('comes back is sent to again, and both are told in a line', async () => {
    const collector = await startFaultyCollector({ answer: status(500) });
    open.push(collector.stop);
    const service = await serve({ exporter: 'otlp', endpoint: collector.endpoint });
    await service.ask(20);
    await until(() => deliveryLines(service).length === 1, 'it is told that it fails');
    for (let i = 0; i < 3; i++) {
      await service.ask(10);
      const { length } = collector.requests;
      await until(() => collector.requests.length > length, 'it is tried again');
    }
    collector.behave(TAKES);
    await service.ask(10);
    await until(() => deliveryLines(service).length === 2, 'it is told that it works');
    await service.ask(10);
    await service.end();
    const lines = deliveryLines(service);
    const { exported, lost } = await figuresOf(service.monitoring);
    expect(lines).toMatchObject([
      { level: 40, exporter: 'otlp', reason: 'rejected' },
      { level: 30, exporter: 'otlp', reason: 'rejected', lost: lost.rejected },
    ]);
    expect(exported + sum(lost)).toBe(70);
    expect(exported).toBe(collector.accepted());
    expect(exported).toBeGreaterThanOrEqual(20);
  });
});

describe('what may be sent again', () => {
  it.each([429, 502, 503, 504])('is, after %i, and arrives once', async (code) => {
    const collector = await startFaultyCollector({ answer: status(code) });
    open.push(collector.stop);
    const service = await serve({ exporter: 'otlp', endpoint: collector.endpoint });
    await service.ask(10);
    await until(() => collector.requests.length > 0, 'it was sent');
    collector.behave(TAKES);
    await until(() => collector.accepted() === 10, 'it was sent again');
    await service.end();
    expect(await figuresOf(service.monitoring)).toMatchObject({ exported: 10, lost: {} });
    expect(deliveryLines(service)).toEqual([]);
  });

  it('is not when there is hardly time left for it, which would hide why it was refused', async () => {
    process.env.OTEL_BSP_EXPORT_TIMEOUT = '350';
    const collector = await startFaultyCollector({ answer: status(503) });
    open.push(collector.stop);
    const service = await serve({ exporter: 'otlp', endpoint: collector.endpoint });
    await service.ask(10);
    await until(async () => (await figuresOf(service.monitoring)).waiting === 0, 'it is given up');
    await service.end();
    const { lost } = await figuresOf(service.monitoring);
    expect(lost).toEqual({ unavailable: 10 });
    expect(collector.requests.flatMap(({ spans }) => spans)).toHaveLength(10);
  });

  it('is not sent before the time that the collector asks for', async () => {
    process.env.OTEL_BSP_EXPORT_TIMEOUT = '10000';
    let busy = true;
    const collector = await startFaultyCollector({
      answer(response) {
        status(busy ? 429 : 200, { 'retry-after': '1' })(response, undefined as never);
        busy = false;
      },
    });
    open.push(collector.stop);
    const service = await serve({ exporter: 'otlp', endpoint: collector.endpoint });
    await service.ask(10);
    await until(() => collector.accepted() === 10, 'it was sent again');
    const [first, second] = collector.requests.map(({ at }) => at) as [number, number];
    expect(second - first).toBeGreaterThan(990);
  });

  it('is over a new connection when the collector has closed the kept one', async () => {
    process.env.OTEL_BSP_SCHEDULE_DELAY = '300';
    const used = new Set<unknown>();
    const collector = await startFaultyCollector({
      answer(response) {
        const { socket } = response;
        if (used.has(socket)) return void socket?.destroy();
        used.add(socket);
        response.end('{}');
      },
    });
    open.push(collector.stop);
    const service = await serve({ exporter: 'otlp', endpoint: collector.endpoint });
    await service.ask(5);
    await until(() => collector.accepted() === 5, 'it arrived');
    await service.ask(5);
    // At the end nothing that was refused is sent again.
    await service.end();
    expect((await figuresOf(service.monitoring)).lost).toEqual({});
  });
});

describe('an exporter of one’s own', () => {
  const exporter = (exports: (done: (result: object) => void) => void) => ({
    export: (_spans: unknown[], done: (result: object) => void) => exports(done),
    shutdown: () => Promise.resolve(),
  });

  it.each([
    ['never calls back', () => {}, ['timeout', 'shutdown', 'queue_full']],
    [
      'throws',
      () => {
        throw new Error('no');
      },
      ['error'],
    ],
    ['fails', (done: (result: object) => void) => done({ code: 1 }), ['error']],
    [
      'fails with a status',
      (done: (result: object) => void) => done({ code: 1, error: { code: 503 } }),
      ['unavailable'],
    ],
    [
      'is refused',
      (done: (result: object) => void) =>
        done({ code: 1, error: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) }),
      ['refused'],
    ],
  ] as const)('that %s has its losses counted', async (_, exports, reasons) => {
    const service = await serve({ exporter: exporter(exports) });
    await service.ask(60);
    await until(async () => {
      const { lost } = await figuresOf(service.monitoring);
      return (lost[reasons[0]] ?? 0) > 0;
    }, `spans are lost to ${reasons[0]}`);
    expect(await service.end()).toBeLessThan(5000);
    const { ended, exported, lost } = await figuresOf(service.monitoring);
    expect([ended, exported, sum(lost)]).toEqual([60, 0, 60]);
    expect(
      Object.keys(lost).filter((one) => !(reasons as readonly string[]).includes(one)),
    ).toEqual([]);
  });

  it('that calls back twice is counted once', async () => {
    const service = await serve({
      exporter: exporter((done) => {
        done({ code: 0 });
        done({ code: 1 });
      }),
    });
    await service.ask(10);
    await service.end();
    expect(await figuresOf(service.monitoring)).toMatchObject({ exported: 10, lost: {} });
  });

  it('that cannot be made loses all spans, from before and after', async () => {
    const service = await serve({
      exporter: { name: 'broken', create: () => Promise.reject(new Error('no such package')) },
    });
    await service.ask(10);
    await until(
      () => service.sink.lines.some(({ msg }) => msg.includes('traces failed')),
      'it is told that it cannot be made',
    );
    await service.ask(10);
    await service.end();
    const { ended, exported, lost } = await figuresOf(service.monitoring);
    expect([ended, exported, lost]).toEqual([20, 0, { no_exporter: 20 }]);
  });
});

describe('requests', () => {
  it('take as long as without a collector when it hangs', async () => {
    const collector = await startFaultyCollector({ answer: () => {} });
    open.push(collector.stop);
    const bare = await serve({ exporter: 'none' });
    const faulty = await serve({ exporter: 'otlp', endpoint: collector.endpoint });
    const median = (times: number[]) => times[Math.floor(times.length / 2)] as number;
    const [without, withIt]: [number[], number[]] = [[], []];
    for (let round = 0; round < 6; round++) {
      without.push(median(await bare.ask(200)));
      withIt.push(median(await faulty.ask(200)));
    }
    expect(Math.min(...withIt)).toBeLessThan(3 * Math.min(...without) + 1);
  });
});

describe('budgets', () => {
  it('are counted where they are used up', async () => {
    const service = await serve({
      exporter: {
        name: 'sink',
        create: () => ({ export: (_, done) => done({ code: 0 }), shutdown: async () => {} }),
      },
      tracesPerSecond: 0,
      forcedPerSecond: 0,
      sampleRatio: 1,
      keep: false,
    });
    await service.ask(5);
    const text = await service.monitoring.metrics.text();
    expect(text).toContain('telltale_traces_over_budget_total{budget="tracesPerSecond"} 5');
    expect(text).toContain('telltale_traces_over_budget_total{budget="forcedPerSecond"} 0');
  });
});
