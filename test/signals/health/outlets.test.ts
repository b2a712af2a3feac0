import { afterEach, describe, expect, it } from 'vitest';
import { createLogSink } from '../../support/log-sink.js';
import { samplesOf } from '../../support/samples.js';
import { changeable, cleanUp, create, serve } from './support.js';

afterEach(cleanUp);

describe('metrics of health', () => {
  it('show the last results, and run nothing', async () => {
    const { health, base } = await serve({ cacheFor: 0 });
    const { dependency, check } = changeable();
    health.register('database', check);
    const scrape = async () => (await fetch(`${base}/metrics`)).text();
    const statusOf = (text: string, name = 'database') =>
      samplesOf(text, 'health_check_status')
        .filter(({ labels, value }) => labels.check === name && value === 1)
        .map(({ labels }) => labels.status);

    let text = await scrape();
    expect(statusOf(text)).toEqual(['unknown']);
    expect(samplesOf(text, 'health_check_status')).toHaveLength(4);
    expect(samplesOf(text, 'health_check_duration_seconds')).toEqual([]);
    for (let i = 0; i < 20; i++) await scrape();
    expect(dependency.runs).toBe(0);

    await fetch(`${base}/health/ready`);
    text = await scrape();
    expect(statusOf(text)).toEqual(['healthy']);
    const [duration] = samplesOf(text, 'health_check_duration_seconds');
    expect(duration?.labels).toEqual({ check: 'database' });
    expect(duration?.value).toBeGreaterThanOrEqual(0);
    expect(duration?.value).toBeLessThan(0.2);

    dependency.is = 'unhealthy';
    for (let i = 0; i < 3; i++) await fetch(`${base}/health/ready`);
    expect(dependency.runs).toBe(4);
    text = await scrape();
    expect(dependency.runs).toBe(4);
    expect(statusOf(text)).toEqual(['unhealthy']);
    expect(
      samplesOf(text, 'health_check_transitions_total').map(({ labels, value }) => [
        labels.status,
        value,
      ]),
    ).toEqual([
      ['healthy', 1],
      ['unhealthy', 1],
    ]);

    health.unregister('database');
    text = await scrape();
    expect(samplesOf(text, 'health_check_status')).toEqual([]);
    expect(samplesOf(text, 'health_check_duration_seconds')).toEqual([]);
  });

  it('are not there when health is off', async () => {
    const { metrics } = await serve({}, { health: false });
    expect(await metrics.text()).toContain('app_build_info');
    const off = create({}, { metrics: false });
    off.health.register('it', () => true);
    await off.health.report();
    expect(await off.metrics.text()).not.toContain('health_check');
  });
});

describe('log lines of health', () => {
  it('are one for each change of state', async () => {
    const logs = createLogSink();
    const { health } = create({}, { logs: { destination: logs } });
    const { dependency, check } = changeable();
    health.register('database', check);
    const states = [
      'healthy',
      'healthy',
      'degraded',
      'degraded',
      'unhealthy',
      'unhealthy',
    ] as const;
    for (const is of [...states, 'healthy', 'healthy'] as const) {
      dependency.is = is;
      await health.report();
    }
    expect(
      logs.lines.map(({ level, msg, status, previous, check: name }) => [
        level,
        msg,
        status,
        previous,
        name,
      ]),
    ).toEqual([
      [40, 'health check database is degraded', 'degraded', 'healthy', 'database'],
      [50, 'health check database is unhealthy', 'unhealthy', 'degraded', 'database'],
      [30, 'health check database is healthy', 'healthy', 'unhealthy', 'database'],
    ]);
    expect(logs.lines[1]).toMatchObject({ class: 'error', latency_ms: expect.any(Number) });
  });
});
