/** What does not answer in time costs a scrape itself, and nothing else. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Metric, Counter as PromCounter, Gauge as PromGauge, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { serveMonitored } from '../../support/monitored-server.js';
import { total } from '../../support/samples.js';
import { until } from '../../support/until.js';

const OPENMETRICS = { accept: 'application/openmetrics-text' };
const seconds = (time: number) => ({ 'x-prometheus-scrape-timeout-seconds': String(time) });
const never = () => new Promise<void>(() => {});

/** Something that has a `then` and is no Promise, as query builders are, and is never done. */
const endless: unknown = Object.fromEntries([['then', () => {}]]);

/** The names of those on a page that begin so, in their order. */
const namesOn = (page: string, start: string) =>
  [...page.matchAll(/^# TYPE (\S+)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name.startsWith(start));

describe('a metric that hangs', () => {
  it('leaves all others where they are, and is asked again once it is done', async () => {
    const registry = new Registry();
    const registers = [registry];
    let asked = 0;
    let release = () => {};
    const { monitoring, scrape } = await serveMonitored({ metrics: { registry } });
    const { metrics } = monitoring;
    const set = async function (this: { set(value: number): void }) {
      await sleep(5);
      this.set(7);
    };
    new PromGauge({ name: 'x1', help: 'x', registers, collect: set });
    new PromGauge({
      name: 'x2_hangs',
      help: 'x',
      registers,
      collect() {
        asked++;
        return new Promise<void>((resolve) => {
          release = resolve;
        });
      },
    });
    new PromGauge({ name: 'x3', help: 'x', registers, collect: set });
    metrics.gauge({ name: 'x4_hangs', help: 'x', collect: never });
    metrics.gauge({ name: 'x5', help: 'x', collect: set });
    metrics.gauge({ name: 'x6_hangs', help: 'x', collect: () => endless as Promise<void> });
    registry.registerMetric({
      name: 'x7_hangs',
      get: never,
      reset() {},
    } as unknown as Metric);
    new PromGauge({ name: 'x8', help: 'x', registers, collect: set });
    new PromCounter({ name: 'x9_total', help: 'x', registers }).inc(7);

    const shown = ['x1', 'x3', 'x5', 'x8', 'x9_total'];
    for (let i = 0; i < 3; i++) {
      const started = performance.now();
      const page = await scrape(seconds(1));
      const took = performance.now() - started;
      expect(namesOn(page, 'x')).toEqual(shown);
      for (const name of shown) expect(page).toContain(`\n${name} 7\n`);
      if (i === 0) expect(took).toBeGreaterThan(700);
    }
    expect(asked).toBe(1);
    const faults = await scrape(seconds(1));
    expect(faults).not.toMatch(/part="metrics\/x[13589]/);
    for (const number of [2, 4, 6, 7]) {
      expect(faults).toContain(`telltale_faults_total{part="metrics/x${number}_hangs"} 3`);
    }
    release();
    await until(
      async () => (await scrape(seconds(0.5))) !== '' && asked === 2,
      'it is asked again',
    );
  });

  it('is waited for once by all who ask, in whatever format', async () => {
    const { monitoring, scrape } = await serveMonitored();
    let asked = 0;
    monitoring.metrics.gauge({
      name: 'slow',
      help: 'x',
      async collect() {
        asked++;
        await sleep(500);
        this.set(asked);
      },
    });
    const pages = await Promise.all([scrape(), scrape(OPENMETRICS), scrape()]);
    for (const page of pages) expect(page).toContain('\nslow 1\n');
    expect(asked).toBe(1);
    expect(await scrape()).toContain('\nslow 2\n');
    expect(await scrape()).not.toContain('part="metrics/slow"');
  });
});

describe('a collector that hangs', () => {
  it('leaves time for what metrics collect themselves', async () => {
    const { monitoring, scrape } = await serveMonitored();
    monitoring.metrics.onCollect('hangs', never);
    monitoring.metrics.gauge({
      name: 'slow',
      help: 'x',
      async collect() {
        await sleep(20);
        this.set(7);
      },
    });
    expect(await scrape(seconds(2))).toContain('\nslow 7\n');
  });
});

describe('the time of a scrape', () => {
  it.each([
    ['the same format', {}],
    ['another format', OPENMETRICS],
  ])(
    'is its own, whoever else is being answered in %s',
    async (_name, format) => {
      const { monitoring, scrape } = await serveMonitored();
      const { metrics } = monitoring;
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const collected: string[] = [];
      metrics.onCollect('hangs', async () => {
        collected.push('collector');
        await held;
      });
      metrics.gauge({
        name: 'hangs',
        help: 'x',
        async collect() {
          collected.push('metric');
          await held;
          this.set(7);
        },
      });
      const patient = scrape({ ...format, ...seconds(20) });
      await until(() => collected.includes('collector'), 'the first is under way');
      const hurried = await Promise.all([scrape(seconds(0.6)), scrape(seconds(0.5))]);
      for (const page of hurried) {
        expect(page).toMatch(/^app_uptime_seconds \d/m);
        expect(page).not.toContain('\nhangs ');
      }
      release();
      expect(await patient).toContain('\nhangs 7\n');
      expect(collected.filter((what) => what === 'collector')).toHaveLength(1);
    },
    15_000,
  );

  it('may be longer than timers can be set to', async () => {
    const { scrape } = await serveMonitored();
    const warnings: string[] = [];
    const note = ({ name }: Error) => warnings.push(name);
    process.on('warning', note);
    for (const time of ['1e9', '1e300', 'Infinity']) {
      const page = await scrape({ 'x-prometheus-scrape-timeout-seconds': time });
      expect(total(page, 'process_resident_memory_bytes')).toBeGreaterThan(0);
    }
    // A warning is told a turn later.
    await once(process, 'warning', { signal: AbortSignal.timeout(20) }).catch(() => {});
    process.off('warning', note);
    expect(warnings).not.toContain('TimeoutOverflowWarning');
    expect(await scrape()).not.toContain('part="metrics/');
  });
});
