/** prom-client's own ways with a registry, and what they leave of telltale's metrics. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createMonitoring } from '../../../src/index.js';
import { serveMonitored } from '../../support/monitored-server.js';
import { createSpanMemory } from '../../support/span-memory.js';

const linesOf = (page: string, pattern: RegExp) =>
  page.split('\n').filter((line) => pattern.test(line));

describe('a registry that prom-client writes as OpenMetrics', () => {
  it('has its counters under their names before and after', async () => {
    const registry = new Registry();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    const registers = [registry];
    const { base, scrape, monitoring } = await serveMonitored({ metrics: { registry } });
    new Counter({ name: 'theirs_total', help: 'x', registers }).inc(3);
    new Gauge({ name: 'theirs', help: 'x', registers }).set(4);
    monitoring.metrics
      .counter({ name: 'ours_total', help: 'x', labelNames: ['a'] })
      .inc({ a: 1 }, 2);
    await (await fetch(`${base}/a`)).text();

    const named = /^(# TYPE )?(http_requests|theirs|ours)(_total)?[ {]/;
    const before = linesOf(await scrape(), named);
    expect(before).toContain('# TYPE http_requests_total counter');
    expect(before).toContain('ours_total{a="1"} 2');
    expect(before).toContain('theirs_total 3');
    for (let i = 0; i < 2; i++) {
      const native = await registry.metrics();
      expect(native).toContain('# TYPE ours counter\nours_total{a="1"} 2\n');
      expect(native).toContain('# TYPE http_requests counter\nhttp_requests_total{');
      expect(native).not.toContain('total_total');
      expect(linesOf(await scrape(), named)).toEqual(before);
    }
    const accept = 'application/openmetrics-text';
    const open = linesOf(await scrape({ accept }), /(theirs|ours)/);
    expect(open).toContain('# TYPE ours counter');
    expect(open).toContain('ours_total{a="1"} 2');
    expect(open).toContain('theirs_total 3');
    expect(open).toContain('theirs 4');

    registry.setContentType(Registry.PROMETHEUS_CONTENT_TYPE as never);
    expect(await registry.metrics()).toContain('# TYPE ours_total counter\nours_total{a="1"} 2\n');
    const json = await registry.getMetricsAsJSON();
    expect(json.map(({ name }) => name)).toContain('http_requests_total');
  });
});

describe('a metric that was taken out of the registry', () => {
  it.each<[string, (registry: Registry) => void]>([
    ['by name', (registry) => registry.removeSingleMetric('jobs_total')],
    ['with all others', (registry) => registry.clear()],
  ])('%s is there again once it is asked for', async (_how, takeOut) => {
    const { monitoring, scrape } = await serveMonitored();
    const { metrics } = monitoring;
    const ask = () => metrics.counter({ name: 'jobs_total', help: 'x', labelNames: ['a'] });
    const kept = ask();
    kept.inc({ a: 1 });
    takeOut(metrics.registry);
    expect(await scrape()).not.toContain('jobs_total');
    ask().inc({ a: 2 });
    kept.inc({ a: 1 });
    const page = await scrape();
    expect(page).toContain('\njobs_total{a="1"} 2\njobs_total{a="2"} 1\n');
    expect(page.match(/^# TYPE jobs_total/gm)).toHaveLength(1);
  });

  it('leaves its name to whoever has taken it since', () => {
    const { metrics } = createMonitoring({ logs: false });
    metrics.counter({ name: 'jobs_total', help: 'x' });
    metrics.registry.removeSingleMetric('jobs_total');
    new Counter({ name: 'jobs_total', help: 'x', registers: [metrics.registry] });
    expect(() => metrics.counter({ name: 'jobs_total', help: 'x' })).toThrow(
      'metric jobs_total: the registry already holds a metric of that name that telltale did not make',
    );
  });
});

describe('a registry that another Monitoring has filled', () => {
  it.each([false, true])('is refused with its reason (shut down: %s)', async (isOver) => {
    const registry = new Registry();
    const first = createMonitoring({ logs: false, metrics: { registry } });
    if (isOver) await first.shutdown();
    expect(() => createMonitoring({ logs: false, metrics: { registry } })).toThrow(
      'that another monitoring made; expected a registry of its own for each, also after a shutdown',
    );
  });
});

describe('calls of prom-client', () => {
  const calls = (of: object): string[] => {
    const own = Object.getOwnPropertyNames(Object.getPrototypeOf(of));
    return [...new Set([...own, ...Object.keys(of)])].filter(
      (name) => typeof (of as Record<string, unknown>)[name] === 'function' && !INTERNAL.test(name),
    );
  };
  const INTERNAL = /^_|^constructor$|^(update|validate)Exemplar|(With|Without)Exemplar$/;

  it.each([
    ['counter', Counter],
    ['gauge', Gauge],
    ['histogram', Histogram],
  ] as const)('are there on a %s and its series', (kind, Theirs) => {
    const config = { name: 'x', help: 'x', labelNames: ['a'], registers: [] };
    const theirs = new Theirs(config);
    const ours = createMonitoring({ logs: false }).metrics[kind]({ ...config, labelNames: ['a'] });
    expect(calls(theirs).length).toBeGreaterThan(4);
    for (const name of calls(theirs)) expect(ours, name).toHaveProperty(name);
    for (const name of calls(theirs.labels('1')))
      expect(ours.labels('1'), name).toHaveProperty(name);
  });

  it('time into a gauge', async () => {
    const { metrics } = createMonitoring({ logs: false });
    const took = metrics.gauge({ name: 'took_seconds', help: 'x', labelNames: ['a', 'b'] });
    const end = took.startTimer({ a: 1 });
    const endHeld = took.labels('2', '').startTimer();
    await sleep(20);
    const [one, two] = [end({ b: 2 }), endHeld()];
    expect(one).toBeGreaterThan(0.015);
    const text = await metrics.text();
    expect(text).toContain(`took_seconds{a="1",b="2"} ${one}\n`);
    expect(text).toContain(`took_seconds{a="2"} ${two}\n`);
  });

  it('show a histogram’s series before anything is observed', async () => {
    const { metrics } = createMonitoring({ logs: false });
    const sizes = metrics.histogram({ name: 'sizes', help: 'x', labelNames: ['a'], buckets: [1] });
    sizes.zero({ a: 1 });
    expect(await metrics.text()).toContain('sizes_bucket{a="1",le="+Inf"} 0\nsizes_sum{a="1"} 0\n');
    sizes.observe({ a: 1 }, 5);
    sizes.zero({ a: 1 });
    expect(await metrics.text()).toContain('sizes_sum{a="1"} 0\nsizes_count{a="1"} 0\n');
  });

  it('forget the trace of what a histogram had observed before it was set to zero', async () => {
    const { metrics, trace } = createMonitoring({
      logs: false,
      traces: { exporter: createSpanMemory() },
    });
    const sizes = metrics.histogram({ name: 'sizes', help: 'x', buckets: [1] });
    trace('work', () => sizes.observe(0.5));
    const buckets = async () => (await metrics.text('openmetrics')).match(/^sizes_bucket.*$/gm);
    expect((await buckets())?.[0]).toContain('trace_id=');
    sizes.zero();
    expect(await buckets()).toEqual(['sizes_bucket{le="1.0"} 0', 'sizes_bucket{le="+Inf"} 0']);
  });
});
