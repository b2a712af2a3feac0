import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { HealthReport } from '../../../src/index.js';
import { createLogSink } from '../../support/log-sink.js';
import { changeable, cleanUp, create, serve } from './support.js';

afterEach(cleanUp);

const HEALTH_JSON = { headers: { accept: 'application/health+json' } };

async function ready(base: string): Promise<HealthReport & { code: number }> {
  const response = await fetch(`${base}/health/ready`);
  return { code: response.status, ...((await response.json()) as HealthReport) };
}

describe('names that users choose', () => {
  it.each(['constructor', 'toString', 'hasOwnProperty', 'then', '1', 'a:b/c d'])(
    'may be %s',
    async (name) => {
      for (const details of ['always', 'never'] as const) {
        const { health, base } = await serve({ details });
        health.register(name, () => ({ status: 'healthy', details: { size_mb: 1 } }));
        expect((await ready(base)).checks[name]).toMatchObject({ status: 'healthy' });
        const response = await fetch(`${base}/health`, HEALTH_JSON);
        expect(response.status).toBe(200);
        const { checks } = (await response.json()) as {
          checks: Record<string, { componentId: string }[]>;
        };
        const ids = Object.values(checks).flatMap((all) => all.map((one) => one.componentId));
        expect(new Set(ids)).toEqual(new Set([name]));
        expect((await fetch(`${base}/metrics`)).status).toBe(200);
      }
    },
  );

  it.each(['', '__proto__', 'shutdown', 'a\nb', '<script>', 'x'.repeat(65), 7n, Symbol('s'), {}])(
    'may not be %s',
    (name) => {
      const { health } = create();
      expect(() => health.register(name as string, () => true)).toThrow(
        expect.objectContaining({ code: 'TELLTALE_INVALID_CHECK' }),
      );
    },
  );
});

describe('an Accept header', () => {
  it.each([
    ['nothing but commas', ','.repeat(15_000)],
    ['nothing but parameters', ';q=1'.repeat(3_000)],
    ['no number', 'text/plain;q=NaN, application/health+json;q=1e999'],
    ['what asks for nothing', '*/*;q=0'],
    ['names of the language', '__proto__, constructor;q=1'],
  ])('of %s is answered in JSON', async (_, accept) => {
    const { base } = await serve();
    for (let i = 0; i < 3; i++) {
      const response = await fetch(`${base}/health`, { headers: { accept } });
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        'application/json; charset=utf-8',
      ]);
    }
  });

  it('is not read to an end that is far away', async () => {
    const { base } = await serve();
    const asked = async (commas: number) => {
      const accept = `${','.repeat(commas)}text/plain`;
      return (await fetch(`${base}/health`, { headers: { accept } })).headers.get('content-type');
    };
    expect(await asked(100)).toBe('text/plain; charset=utf-8');
    expect(await asked(5_000)).toBe('application/json; charset=utf-8');
  });
});

describe('a listener of changes', () => {
  const failures: Record<string, () => unknown> = {
    throws: () => {
      throw new Error('on purpose');
    },
    rejects: async () => {
      throw new Error('on purpose');
    },
    'returns what rejects': () => ({
      // biome-ignore lint/suspicious/noThenProperty: promises that are not Node's own have one
      then: (_: unknown, reject: (error: Error) => void) => reject(new Error('on purpose')),
    }),
  };

  it.each(Object.keys(failures))('that %s is reported once, and others are told', async (name) => {
    const sink = createLogSink();
    const { health } = create({}, { logs: { destination: sink } });
    const told: string[] = [];
    health.onChange(failures[name] as () => void);
    health.onChange(({ to }) => told.push(to));
    const { dependency, check } = changeable();
    health.register('it', check);
    await health.report();
    dependency.is = 'unhealthy';
    expect((await health.report()).status).toBe('unhealthy');
    await sleep(0);
    expect(told).toEqual(['healthy', 'unhealthy']);
    expect(sink.lines.filter(({ part }) => part === 'health.onChange')).toHaveLength(1);
  });

  it('may ask for a report, register and unregister', async () => {
    const { health } = create();
    const reports: Promise<HealthReport>[] = [];
    health.onChange(({ check }) => {
      reports.push(health.report('ready'));
      if (check !== 'first') return;
      health.unregister('first');
      health.register('second', () => true);
    });
    health.register('first', () => true);
    await health.report('ready');
    expect((await health.report('ready')).checks).toEqual({
      second: { status: 'healthy', latency_ms: expect.any(Number) },
    });
    expect(reports.length).toBeGreaterThan(0);
    for (const report of await Promise.all(reports)) expect(report.status).toBe('healthy');
  });
});

describe('a thousand checks', () => {
  it('run once at a time, whoever asks', async () => {
    const { health, base } = await serve({ cacheFor: 0 });
    let running = 0;
    let most = 0;
    for (let i = 0; i < 1000; i++) {
      health.register(`check ${i}`, async () => {
        most = Math.max(most, ++running);
        await sleep(20);
        running--;
        if (i === 500) throw new Error('on purpose');
      });
    }
    const reports = await Promise.all(Array.from({ length: 20 }, () => ready(base)));
    expect(most).toBe(1000);
    for (const { code, checks } of reports) {
      const ill = Object.keys(checks).filter((name) => checks[name]?.status !== 'healthy');
      expect([code, Object.keys(checks).length, ill]).toEqual([503, 1000, ['check 500']]);
    }
  });
});

describe('checks that come and go under load', () => {
  it('never make a report fail', async () => {
    const { health, base } = await serve({ cacheFor: 0 });
    health.register('steady', () => sleep(1).then(() => true));
    let closed = 0;
    let isOver = false;
    const reports: (HealthReport & { code: number })[] = [];
    async function comeAndGo(): Promise<void> {
      for (let i = 0; i < 100; i++) {
        const close = () => {
          closed++;
        };
        const guest = Object.assign(() => sleep(3).then(() => true), { close });
        health.register(`guest ${i % 3}`, guest);
        await sleep(2);
        expect(health.unregister(`guest ${i % 3}`)).toBe(true);
      }
      isOver = true;
    }
    async function probe(): Promise<void> {
      while (!isOver) reports.push(await ready(base));
    }
    await Promise.all([comeAndGo(), probe(), probe(), probe()]);
    expect(reports.length).toBeGreaterThan(10);
    for (const { code, checks } of reports) {
      expect([code, checks.steady?.status]).toEqual([200, 'healthy']);
    }
    expect(closed).toBe(100);
    expect(Object.keys((await ready(base)).checks)).toEqual(['steady']);
  });
});

describe('a shutdown in the middle of a report', () => {
  it('neither loses the report nor waits for the check', async () => {
    const { health, start, shutdown } = create();
    start();
    const { check } = changeable('never');
    let aborted = false;
    health.register('it', (signal) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return check();
    });
    const underWay = health.report('ready');
    await sleep(10);
    const started = performance.now();
    await shutdown();
    expect(performance.now() - started).toBeLessThan(2000);
    expect(aborted).toBe(true);
    for (const report of [await underWay, await health.report('ready')]) {
      expect(report.status).toBe('unhealthy');
      expect(report.checks).toHaveProperty('shutdown');
    }
  });
});

describe('two services of one process', () => {
  it('know nothing of each other', async () => {
    const one = await serve({ details: 'always' });
    const other = await serve({ details: 'never' });
    for (const { health } of [one, other]) {
      health.register('it', () => ({ status: 'healthy', details: { of: 1 } }));
    }
    expect((await ready(one.base)).checks.it).toHaveProperty('of', 1);
    expect((await ready(other.base)).checks.it).toEqual({ status: 'healthy' });
    one.health.drain();
    expect([(await ready(one.base)).code, (await ready(other.base)).code]).toEqual([503, 200]);
    other.health.register('other', () => false);
    expect((await ready(one.base)).checks).not.toHaveProperty('other');
    await one.shutdown();
    expect((await ready(other.base)).checks.it).toEqual({ status: 'healthy' });
  });
});
