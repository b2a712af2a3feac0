import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Check, CheckOptions } from '../../../src/index.js';
import { createMonitoring } from '../../../src/index.js';

const off = { disk: false, memory: false, eventLoop: false } as const;

function create(health = {}) {
  return createMonitoring({
    serviceName: 'shop',
    serviceVersion: '1.2.3',
    logs: false,
    health: { checks: off, cacheFor: 0, timeout: 100, ...health },
  }).health;
}

async function resultOf(check: Check, options?: CheckOptions) {
  const health = create();
  health.register('it', check, options);
  return (await health.report()).checks.it;
}

describe('the report', () => {
  it('has the documented shape', async () => {
    const health = create();
    health.register('database', () => ({
      status: 'degraded',
      message: 'slow',
      details: { free_gb: 7 },
    }));
    const report = await health.report();
    expect(report).toMatchObject({ status: 'degraded', service: 'shop', version: '1.2.3' });
    expect(new Date(report.timestamp).toISOString()).toBe(report.timestamp);
    expect(report.uptime_seconds).toBeGreaterThan(0);
    expect(report.checks.database).toEqual({
      status: 'degraded',
      message: 'slow',
      free_gb: 7,
      latency_ms: expect.any(Number),
    });
  });

  it('is as bad as its worst critical check', async () => {
    const health = create();
    expect((await health.report()).status).toBe('healthy');
    health.register('a', () => true);
    health.register('b', () => false, { critical: false });
    expect((await health.report()).status).toBe('degraded');
    health.register('c', () => false);
    expect((await health.report()).status).toBe('unhealthy');
    expect(health.unregister('c')).toBe(true);
    expect(health.unregister('c')).toBe(false);
    expect((await health.report()).status).toBe('degraded');
  });

  it('asks each probe’s own checks', async () => {
    const health = create();
    health.register('ready', () => false);
    health.register('both', () => true, { probes: ['ready', 'startup'] });
    health.register('report', () => true, { probes: [] });
    const namesOf = async (probe: 'all' | 'live' | 'ready' | 'startup') =>
      Object.keys((await health.report(probe)).checks);
    expect(await namesOf('all')).toEqual(['ready', 'both', 'report']);
    expect(await namesOf('ready')).toEqual(['ready', 'both']);
    expect(await namesOf('live')).toEqual([]);
    expect((await health.report('live')).status).toBe('healthy');
    expect(await namesOf('startup')).toEqual(['both', 'started']);
    expect((await health.report('startup')).status).toBe('unhealthy');
    health.markStarted();
    expect((await health.report('startup')).status).toBe('healthy');
  });
});

describe('a check', () => {
  it.each<[string, Check, object]>([
    ['nothing', () => {}, { status: 'healthy' }],
    ['true', async () => true, { status: 'healthy' }],
    [
      'false',
      () => false,
      { status: 'unhealthy', class: 'error', message: 'the check returned false' },
    ],
    ['a result', () => ({ status: 'healthy', details: { n: 1 } }), { status: 'healthy', n: 1 }],
  ])('may return %s', async (_, check, expected) => {
    expect(await resultOf(check)).toEqual({ ...expected, latency_ms: expect.any(Number) });
  });

  it.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('boom');
      },
      'boom',
    ],
    [
      'throws nothing',
      () => {
        throw undefined;
      },
      'undefined',
    ],
    ['rejects', () => Promise.reject(new Error('nope')), 'nope'],
    ['returns a number', () => 7, 'the check returned neither'],
    ['returns null', () => null, 'the check returned neither'],
    ['returns an unknown status', () => ({ status: 'fine' }), 'the check returned neither'],
    ['never settles', () => new Promise(() => {}), 'no answer within 100 ms'],
  ])('that %s is unhealthy', async (_, check, message) => {
    const result = await resultOf(check as Check);
    expect(result?.status).toBe('unhealthy');
    expect(result?.message).toContain(message);
  });

  it('cannot spoil the report by its details', async () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    for (const details of [
      cycle,
      { n: 1n },
      {
        toJSON: () => {
          throw new Error('no');
        },
      },
    ]) {
      const result = await resultOf(() => ({ status: 'healthy', details }));
      expect(result).toMatchObject({ status: 'healthy', details: 'not representable as JSON' });
    }
    const bold = await resultOf(() => ({
      status: 'unhealthy',
      details: { status: 'healthy', latency_ms: -1 },
    }));
    expect(bold?.status).toBe('unhealthy');
    expect(bold?.latency_ms).toBeGreaterThanOrEqual(0);
  });

  it('is told by its signal that its time is over', async () => {
    const reasons: unknown[] = [];
    await resultOf(
      (signal) =>
        new Promise<void>(() => {
          signal.addEventListener('abort', () => reasons.push(signal.reason));
        }),
    );
    expect(String(reasons[0])).toContain('timed out after 100 ms');
  });

  it('runs once for all who ask at the same time, and never twice at a time', async () => {
    const health = create();
    let running = 0;
    let most = 0;
    let runs = 0;
    health.register('slow', async () => {
      runs++;
      most = Math.max(most, ++running);
      await sleep(300);
      running--;
    });
    for (let round = 0; round < 3; round++) {
      const reports = await Promise.all(Array.from({ length: 100 }, () => health.report('ready')));
      expect(new Set(reports.map(({ status }) => status))).toEqual(new Set(['unhealthy']));
    }
    expect([most, runs]).toEqual([1, 1]);
    await sleep(350);
    await health.report('ready');
    expect(runs).toBe(2);
  });

  it('is not asked again while its result is fresh', async () => {
    const health = create({ cacheFor: 200 });
    let runs = 0;
    health.register('counted', () => {
      runs++;
    });
    await health.report();
    await health.report();
    expect(runs).toBe(1);
    await sleep(220);
    await health.report();
    expect(runs).toBe(2);
  });

  it('is refused at registration when it cannot work', () => {
    const { register } = create();
    register('a', () => {});
    expect(() => register('a', () => {})).toThrow(
      'health check "a": its name must be one that is not registered yet',
    );
    expect(() => register('', () => {})).toThrow('its name must be 1 to 64 letters');
    expect(() => register('__proto__', () => {})).toThrow('its name');
    expect(() => register('b', 7 as never)).toThrow('the check must be a function, got number');
    expect(() => register('b', () => {}, { probe: [] } as never)).toThrow(
      'an option must be probes, critical, timeout, interval',
    );
    expect(() => register('b', () => {}, { probes: ['live'] } as never)).toThrow(
      "'ready' or 'startup'",
    );
    expect(() => register('b', () => {}, { timeout: -1 })).toThrow(
      'timeout must be a number of milliseconds',
    );
  });
});
