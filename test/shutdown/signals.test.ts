import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startCollector } from '../services/collector.js';
import { until } from '../support/until.js';
import { type Kind, keepAlive, startService } from './service.js';

const KINDS: readonly Kind[] = ['express', 'fastify', 'plugin', 'node'];
const REQUESTS = 20;

describe.each(KINDS)('SIGTERM to a service of %s', (kind) => {
  it('loses nothing with twenty requests in flight', async () => {
    const collector = await startCollector();
    onTestFinished(collector.stop);
    const service = await startService({
      kind,
      linesPerRequest: 500 / REQUESTS,
      options: {
        serviceName: 'ending',
        traces: { exporter: 'otlp', endpoint: collector.endpoint },
        shutdown: { signals: ['SIGTERM', 'SIGINT'], drainDelay: 700, timeout: 8000 },
      },
      hooks: ['ok'],
    });
    expect((await service.ask('/health/ready')).status).toBe(200);

    const agent = keepAlive();
    const askedAt = performance.now();
    await service.ask('/health/ready');
    const roundTrip = performance.now() - askedAt;
    const inFlight = Array.from({ length: REQUESTS }, () => service.ask('/slow/1000', agent));
    await until(
      async () => (await service.ask('/metrics')).body.includes(`in_progress{method="GET"} 20`),
      'all of them are in flight',
    );
    const ended = service.ended();
    const sentAt = performance.now();
    service.child.kill('SIGTERM');

    await until(async () => (await service.ask('/health/ready')).status === 503, 'not ready');
    expect(performance.now() - sentAt).toBeLessThan(100 + 10 * roundTrip);
    expect((await service.ask('/health/live')).status).toBe(200);
    // A connection that is new, and one that was kept: both are served, and asked to go.
    for (const client of [undefined, keepAlive()]) {
      const { status, headers } = await service.ask('/slow/1', client);
      expect([status, headers.connection]).toEqual([200, 'close']);
    }
    expect(performance.now() - sentAt).toBeLessThan(700);

    const answers = await Promise.all(inFlight);
    expect(answers.map(({ status }) => status)).toEqual(Array(REQUESTS).fill(200));
    expect(new Set(answers.map(({ headers }) => headers.connection))).toEqual(new Set(['close']));
    expect(await ended).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - sentAt).toBeLessThan(4000);

    const lines = service.lines();
    expect(lines.filter(({ msg }) => msg === 'work')).toHaveLength(500 + 2 * 25);
    expect(lines.filter(({ path }) => path === '/slow/1000')).toHaveLength(REQUESTS);
    expect(lines.filter(({ level }) => Number(level) >= 40)).toEqual([]);
    expect(service.told.filter(({ hook }) => hook !== undefined)).toEqual(
      kind === 'fastify' || kind === 'plugin'
        ? [{ hook: 'onClose' }, { hook: 'ok' }]
        : [{ hook: 'ok' }],
    );
    const spans = await collector.waitForSpans(REQUESTS + 2, 5000);
    expect(spans).toHaveLength(REQUESTS + 2);
    expect(service.errors()).toBe('');
  });
});

const quick = { signals: ['SIGTERM', 'SIGINT'] as const, drainDelay: 0, timeout: 1200 };

/** A collector that takes spans and never says so. */
async function startBlackHole(): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => {});
    sockets.add(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as { port: number };
  return `http://127.0.0.1:${port}`;
}

describe('a service that ends', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('does so for %s, soon', async (signal) => {
    const options = { shutdown: quick };
    const service = await startService({ kind: 'node', options, hooks: ['linger'] });
    // Connections that are idle, or that nothing has come on, are not waited for.
    await service.ask('/slow/1', keepAlive());
    const unused = connect(service.port, '127.0.0.1');
    unused.on('error', () => {});
    await once(unused, 'connect');
    const ended = service.ended();
    service.child.kill(signal);
    expect(await ended).toMatchObject({ code: 0, signal: null });
    expect((await ended).ms).toBeLessThan(1000);
    expect(service.lines().filter(({ cut }) => cut)).toEqual([]);
    expect(service.told.at(-1)).toEqual({ hook: 'linger' });
  });

  it.each([
    ['SIGTERM', 'SIGTERM', 143],
    ['SIGTERM', 'SIGINT', 130],
  ] as const)('ends at once when %s is followed by %s', async (first, second, code) => {
    const service = await startService({
      kind: 'node',
      linesPerRequest: 3,
      options: { shutdown: { ...quick, timeout: 60_000 } },
    });
    void service.ask('/slow/60000');
    await service.ask('/slow/1');
    service.child.kill(first);
    await until(
      async () => (await service.ask('/health/ready')).status !== 200,
      'the first is noticed',
    );
    const ended = service.ended();
    service.child.kill(second);
    expect(await ended).toMatchObject({ code, signal: null });
    expect((await ended).ms).toBeLessThan(2000);
    expect(service.lines().filter(({ msg }) => msg === 'work')).toHaveLength(3);
  });

  it('runs every hook, the last first, whatever others do, and names what hangs', async () => {
    const service = await startService({
      kind: 'node',
      options: { shutdown: quick },
      hooks: ['ok', 'hang', 'throw'],
      before: 'throw',
    });
    await service.ask('/slow/1');
    const ended = service.ended();
    service.child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 1, signal: null });
    expect((await ended).ms).toBeLessThan(2500);
    expect(service.told.flatMap(({ hook }) => hook ?? [])).toEqual(['throw', 'hang', 'ok']);
    const lines = service.lines();
    expect(lines.flatMap(({ part }) => part ?? [])).toEqual([
      'shutdown.beforeShutdown',
      'shutdown.onShutdown/2',
    ]);
    expect(lines.at(-1)).toMatchObject({
      cut: ['shutdown.onShutdown/1'],
      msg: 'telltale: shutdown cut shutdown.onShutdown/1 for want of time',
    });
  });

  it('does not wait for a first hook that hangs longer than it may', async () => {
    const service = await startService({
      kind: 'express',
      options: { shutdown: quick },
      hooks: ['ok'],
      before: 'hang',
    });
    const ended = service.ended();
    service.child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 1 });
    expect(service.told.at(-1)).toEqual({ hook: 'ok' });
    expect(service.lines().at(-1)).toMatchObject({ cut: ['beforeShutdown'] });
  });

  it.each(KINDS)('cuts a request that hangs, and accounts for it: %s', async (kind) => {
    const service = await startService({ kind, options: { shutdown: quick }, hooks: ['ok'] });
    const hanging = [service.ask('/hang'), service.ask('/hang', keepAlive())];
    await until(
      async () => (await service.ask('/metrics')).body.includes(`in_progress{method="GET"} 2`),
      'they are in flight',
    );
    const ended = service.ended();
    service.child.kill('SIGTERM');
    expect((await Promise.all(hanging)).map(({ status }) => status)).toEqual(
      Array(2).fill('ECONNRESET'),
    );
    expect(await ended).toMatchObject({ code: 1, signal: null });
    expect((await ended).ms).toBeLessThan(2500);
    const lines = service.lines();
    expect(lines.filter(({ path }) => path === '/hang').map(({ status }) => status)).toEqual([
      499, 499,
    ]);
    expect(lines.at(-1)).toMatchObject({ cut: ['2 connections'] });
    expect(service.told.at(-1)).toEqual({ hook: 'ok' });
  });

  it('does not wait for a collector that hangs, and writes every line', async () => {
    const endpoint = await startBlackHole();
    const service = await startService({
      kind: 'node',
      linesPerRequest: 100,
      options: { shutdown: quick, traces: { exporter: 'otlp', endpoint } },
      hooks: ['ok'],
    });
    await Promise.all(Array.from({ length: 5 }, () => service.ask('/slow/10')));
    const ended = service.ended();
    service.child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 1, signal: null });
    expect((await ended).ms).toBeLessThan(2500);
    expect(service.lines().filter(({ msg }) => msg === 'work')).toHaveLength(500);
    expect(service.lines().at(-1)).toMatchObject({ cut: ['traces'] });
  });

  it('ends when somebody else has begun to, and then exits', async () => {
    const service = await startService({ kind: 'plugin', options: { shutdown: quick } });
    const slow = service.ask('/slow/300');
    await until(
      async () => (await service.ask('/metrics')).body.includes(`in_progress{method="GET"} 1`),
      'it is in flight',
    );
    const ended = service.ended();
    service.child.send(['shutdown']);
    await until(
      async () => (await service.ask('/health/ready')).status !== 200,
      'it has begun to end',
    );
    service.child.kill('SIGTERM');
    expect((await slow).status).toBe(200);
    expect(await ended).toMatchObject({ code: 0, signal: null });
  });

  it.each(KINDS)('may be left to end by itself: %s', async (kind) => {
    const service = await startService({
      kind,
      options: { shutdown: { ...quick, exit: false } },
      hooks: ['linger'],
    });
    await service.ask('/slow/1', keepAlive());
    const ended = service.ended();
    service.child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, signal: null });
    expect((await ended).ms).toBeLessThan(5000);
    expect(service.told.at(-1)).toEqual({ lingered: true });
  });

  it('waits for load balancers in Kubernetes unless told otherwise', async () => {
    const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };
    const { drainDelay: _, ...noDelay } = quick;
    const service = await startService({ kind: 'node', options: { shutdown: noDelay }, env });
    const told = await startService({ kind: 'node', options: { shutdown: quick }, env });
    const ended = [service.ended(), told.ended()] as const;
    service.child.kill('SIGTERM');
    told.child.kill('SIGTERM');
    expect((await ended[1]).ms).toBeLessThan(2000);
    expect((await service.ask('/slow/1')).status).toBe(200);
    expect((await ended[0]).ms).toBeGreaterThan(4900);
    expect(await ended[0]).toMatchObject({ code: 0 });
  });
});

describe('without signals', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('%s is left to Node', async (signal) => {
    const service = await startService({ kind: 'node', options: { shutdown: { timeout: 1000 } } });
    service.child.send(['listeners']);
    await until(() => service.told.some(({ listeners }) => listeners !== undefined), 'it tells');
    const { listeners } = service.told.at(-1) as { listeners: string[] };
    // Node's monitor of what nobody catches changes nothing about it.
    const changing = /^SIG|^uncaughtException$|^unhandled|Exit/;
    expect(listeners.filter((name) => changing.test(name))).toEqual([]);
    const ended = service.ended();
    service.child.kill(signal);
    expect(await ended).toMatchObject({ code: null, signal });
  });
});

describe.each([['with signals', quick] as const, ['without', { timeout: 1000 }] as const])(
  '%s',
  (_, shutdown) => {
    it('process.exit is Node’s own, and writes the lines', async () => {
      const service = await startService({
        kind: 'node',
        linesPerRequest: 20,
        options: { shutdown },
      });
      await service.ask('/slow/1');
      const ended = service.ended();
      service.child.send(['exit', 7]);
      expect(await ended).toMatchObject({ code: 7, signal: null });
      expect(service.lines().filter(({ msg }) => msg === 'work')).toHaveLength(20);
    });

    it('so is what nobody catches', async () => {
      const service = await startService({ kind: 'node', options: { shutdown } });
      const ended = service.ended();
      service.child.send(['throw']);
      expect(await ended).toMatchObject({ code: 1, signal: null });
      expect(service.errors()).toMatch(/^Error: uncaught on purpose$/m);
      expect(service.errors()).toContain('Node.js v');
    });
  },
);
