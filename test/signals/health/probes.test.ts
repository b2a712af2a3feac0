import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { changeable, cleanUp, serve } from './support.js';

afterEach(cleanUp);

/** The second that Kubernetes gives a probe; the report itself takes 800 ms of it at most. */
const BUDGET_MS = 1000;

async function probe(base: string, name: string) {
  const started = performance.now();
  const response = await fetch(`${base}/health/${name}`);
  const body = (await response.json()) as { status: string; checks: Record<string, object> };
  return { status: response.status, body, took: performance.now() - started };
}

describe('300 probes at once of a dependency that hangs', () => {
  it('keep one run in flight, are answered in time, and hold up nothing else', async () => {
    const { health, base, server } = await serve({ cacheFor: 0 });
    const { dependency, check } = changeable('never');
    health.register('database', check);
    const probes = Promise.all(Array.from({ length: 300 }, () => probe(base, 'ready')));
    const [live, application] = await Promise.all([probe(base, 'live'), fetch(base)]);
    expect([live.status, application.status]).toEqual([200, 200]);
    expect(live.took).toBeLessThan(BUDGET_MS);
    const answers = await probes;
    expect([dependency.runs, dependency.most]).toEqual([1, 1]);
    for (const { status, body } of answers) {
      expect(status).toBe(503);
      expect(body.checks.database).toMatchObject({ status: 'unhealthy', class: 'timeout' });
    }
    const later = await Promise.all(Array.from({ length: 20 }, () => probe(base, 'ready')));
    expect(dependency.runs).toBe(1);
    for (const { took } of later) expect(took).toBeLessThan(BUDGET_MS);
    expect(server.listening).toBe(true);
  });

  it('do the same for a black hole on the network', async () => {
    const hole = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => hole.once('listening', resolve));
    const { port } = hole.address() as { port: number };
    const { health, base } = await serve();
    health.register('hole', async (signal) => {
      await fetch(`http://127.0.0.1:${port}`, { signal });
    });
    const { status, body, took } = await probe(base, 'ready');
    expect(status).toBe(503);
    expect(body.checks.hole).toMatchObject({ status: 'unhealthy', class: 'timeout' });
    expect(took).toBeLessThan(BUDGET_MS);
    hole.close();
  });

  it('name what refuses and what has no name', async () => {
    const { health, base } = await serve();
    const asking = (url: string) => async (signal: AbortSignal) => {
      await fetch(url, { signal });
    };
    health.register('refused', asking('http://127.0.0.1:9/'));
    health.register('dns', asking('http://no-such-host.invalid/'));
    const { body } = await probe(base, 'ready');
    expect(body.checks.dns).toMatchObject({ status: 'unhealthy', class: 'dns' });
    expect(body.checks.refused).toMatchObject({ status: 'unhealthy' });
  });
});

describe('liveness', () => {
  it('is 200 whatever is down, draining or not started', async () => {
    const { health, base } = await serve();
    health.register('database', () => false, { probes: ['ready', 'startup'] });
    health.drain();
    expect((await probe(base, 'ready')).status).toBe(503);
    expect((await probe(base, 'startup')).status).toBe(503);
    const live = await probe(base, 'live');
    expect([live.status, live.body.status, live.body.checks]).toEqual([200, 'healthy', {}]);
  });
});

describe('draining', () => {
  it('takes readiness away at once, and nothing else', async () => {
    const { health, base } = await serve();
    const { dependency, check } = changeable();
    health.register('database', check, { cacheFor: 0, probes: ['ready', 'startup'] });
    health.markStarted();
    expect((await probe(base, 'ready')).status).toBe(200);
    dependency.is = 'never';
    const underWay = probe(base, 'ready');
    await sleep(20);
    health.drain();
    const started = performance.now();
    const ready = await probe(base, 'ready');
    expect(performance.now() - started).toBeLessThan(400);
    expect(ready.status).toBe(503);
    expect(ready.body.checks).toMatchObject({
      database: { status: 'healthy' },
      shutdown: { status: 'unhealthy', message: 'draining: no new traffic is wanted' },
    });
    expect((await underWay).status).toBe(503);
    dependency.is = 'healthy';
    expect((await probe(base, 'live')).status).toBe(200);
    expect((await fetch(base)).status).toBe(200);
  });
});

describe('a report that is known', () => {
  it('is given again until something changes, and never mixed up', async () => {
    const { health, base } = await serve({ cacheFor: 60_000 });
    health.register('a', () => ({ status: 'healthy', details: { n: 1 } }));
    const first = await health.report('ready');
    first.checks.a = { status: 'unhealthy', latency_ms: 0 };
    first.status = 'unhealthy';
    expect((await probe(base, 'ready')).body.status).toBe('healthy');
    const { body } = await probe(base, 'ready');
    expect((await probe(base, 'ready')).body).toEqual(body);
    health.register('b', () => false);
    expect((await probe(base, 'ready')).body.checks).toHaveProperty('b');
    health.unregister('b');
    expect((await probe(base, 'ready')).status).toBe(200);
    expect((await probe(base, 'startup')).status).toBe(503);
    health.markStarted();
    expect((await probe(base, 'startup')).status).toBe(200);
    await sleep(1100);
    const later = (await probe(base, 'ready')).body as { timestamp?: string };
    expect(later.timestamp).not.toBe((body as { timestamp?: string }).timestamp);
  });

  it('is not one that was begun before checks came and went', async () => {
    const { health } = await serve();
    health.register('slow', () => sleep(50).then(() => true));
    const underWay = health.report('ready');
    health.unregister('slow');
    health.register('bad', () => false);
    expect((await health.report('ready')).status).toBe('unhealthy');
    await underWay;
    expect((await health.report('ready')).status).toBe('unhealthy');
  });
});
