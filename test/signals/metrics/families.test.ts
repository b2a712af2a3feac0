import { Counter, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { counter, createMonitoring, gauge, histogram, metricGroup } from '../../../src/index.js';

function create(options = {}) {
  return createMonitoring({ logs: false, metrics: options }).metrics;
}

describe('metrics', () => {
  it('are made once and found again', () => {
    const metrics = create();
    const first = metrics.counter({ name: 'jobs_total', help: 'Jobs', labelNames: ['kind'] });
    expect(metrics.counter({ name: 'jobs_total', help: 'Jobs', labelNames: ['kind'] })).toBe(first);
    expect(() => metrics.gauge({ name: 'jobs_total', help: 'Jobs' })).toThrow(
      'metric jobs_total: exists as a counter with labels (kind), asked for as a gauge with labels ()',
    );
  });

  it('refuse what cannot be a metric', () => {
    const metrics = create();
    expect(() => metrics.counter({ name: 'a-b', help: 'x' })).toThrow('metric name');
    expect(() => metrics.counter({ name: 'a_total', help: 'x', labelNames: ['__x'] })).toThrow(
      'label names',
    );
    expect(() => metrics.histogram({ name: 'h', help: 'x', buckets: [1, 1] })).toThrow('ascending');
    expect(() => metrics.histogram({ name: 'h', help: 'x', labelNames: ['le'] })).toThrow('"le"');
    const registry = new Registry();
    new Counter({ name: 'mine_total', help: 'x', registers: [registry] });
    const joined = create({ registry });
    expect(() => joined.counter({ name: 'mine_total', help: 'x' })).toThrow('did not make');
  });

  it('refuse bad values at the call', () => {
    const metrics = create();
    const jobs = metrics.counter({ name: 'jobs_total', help: 'x', labelNames: ['kind'] });
    const level = metrics.gauge({ name: 'level', help: 'x' });
    const sizes = metrics.histogram({ name: 'sizes', help: 'x' });
    expect(() => jobs.inc({ kid: 'a' } as never)).toThrow(
      'unknown label "kid"; its labels are kind',
    );
    expect(() => jobs.inc({ kind: 'a', toString: 'b' } as never)).toThrow(
      'unknown label "toString"',
    );
    expect(() => jobs.inc({ kind: 1, kid: 2 } as never)).toThrow('unknown label "kid"');
    expect(() => jobs.inc({ kind: 'a' }, -1)).toThrow('cannot decrease');
    expect(() => jobs.inc({ kind: 'a' }, Number.NaN)).toThrow('finite');
    expect(() => jobs.labels('a', 'b')).toThrow('expected 1 label values');
    expect(() => level.set('7' as never)).toThrow('finite');
    expect(() => level.set(Number.POSITIVE_INFINITY)).toThrow('finite');
    expect(() => sizes.observe(undefined as never)).toThrow('finite');
  });

  it('count and observe', async () => {
    const metrics = create();
    const jobs = metrics.counter({
      name: 'jobs_total',
      help: 'Jobs',
      labelNames: ['kind', 'code'],
    });
    jobs.inc({ kind: 'a', code: 200 });
    jobs.inc({ kind: 'a', code: '200' }, 2);
    jobs.labels('a', 200).inc();
    jobs.labels({ kind: 'b' }).inc(0.5);
    jobs.inc({});
    const held = metrics.gauge({ name: 'held', help: 'Held' });
    held.inc();
    held.dec(3);
    const sizes = metrics.histogram({ name: 'sizes_bytes', help: 'Sizes', buckets: [1, 10] });
    for (const size of [0, 1, 1.5, 10, 11]) sizes.observe(size);
    const text = await metrics.text();
    expect(text).toContain('jobs_total{kind="a",code="200"} 4\n');
    expect(text).toContain('jobs_total{kind="b"} 0.5\n');
    expect(text).toContain('jobs_total 1\n');
    expect(text).toContain('held -2\n');
    expect(text).toContain(
      [
        'sizes_bytes_bucket{le="1"} 2',
        'sizes_bytes_bucket{le="10"} 4',
        'sizes_bytes_bucket{le="+Inf"} 5',
        'sizes_bytes_sum 23.5',
        'sizes_bytes_count 5',
      ].join('\n'),
    );
  });

  it('time what runs', async () => {
    const metrics = create();
    const seconds = metrics.histogram({ name: 'work_seconds', help: 'x', labelNames: ['ok'] });
    const end = seconds.startTimer();
    expect(end({ ok: 'yes' })).toBeGreaterThanOrEqual(0);
    seconds.labels('no').startTimer()();
    expect((await metrics.text()).match(/work_seconds_count\{ok="(yes|no)"\} 1/g)).toHaveLength(2);
  });

  it('forget series', async () => {
    const metrics = create();
    const jobs = metrics.counter({ name: 'jobs_total', help: 'x', labelNames: ['a', 'b'] });
    jobs.inc({ a: '1', b: '1' });
    jobs.inc({ a: '1', b: '2' });
    jobs.remove({ a: '1', b: '1' });
    jobs.remove('nothing', 'there');
    expect(await metrics.text()).not.toContain('b="1"');
    expect(await metrics.text()).toContain('b="2"');
    const held = jobs.labels('1', '2');
    jobs.reset();
    expect(await metrics.text()).toContain('jobs_total{a="1",b="2"} 0');
    held.inc(3);
    expect(await metrics.text()).toContain('jobs_total{a="1",b="2"} 3');
  });

  it('render any label value and help text validly', async () => {
    const metrics = create();
    const odd = metrics.gauge({ name: 'odd', help: 'a\\b\n"c"\ud800', labelNames: ['v'] });
    const values = [
      '"',
      '\\',
      '\n',
      '\u0000',
      '\ud800',
      '__proto__',
      '# EOF',
      'x'.repeat(5000),
      '}',
    ];
    for (const v of values) odd.set({ v }, 1);
    const text = await metrics.text();
    expect(text).toContain('# HELP odd a\\\\b\\n"c"\ufffd\n');
    for (const v of ['\\"', '\\\\', '\\n', '\u0000', '\ufffd', '__proto__', '# EOF', '}']) {
      expect(text).toContain(`odd{v="${v}"} 1\n`);
    }
    expect(text.split('\n').filter((line) => line.startsWith('odd{'))).toHaveLength(values.length);
    expect(Buffer.from(text).toString()).toBe(text);
  });

  it('are part of prom-client’s registry', async () => {
    const registry = new Registry();
    new Counter({ name: 'theirs_total', help: 'Theirs', registers: [registry] }).inc(3);
    const metrics = create({ registry, prefix: 'p_' });
    metrics.counter({ name: 'ours_total', help: 'Ours', labelNames: ['a'] }).inc({ a: 'x"' }, 2);
    metrics.histogram({ name: 'ours_seconds', help: 'Ours', buckets: [1] }).observe(0.5);
    const [own, others] = [await metrics.text(), await registry.metrics()];
    for (const text of [own, others]) {
      expect(text).toContain('theirs_total 3');
      expect(text).toContain('ours_total{a="x\\""} 2');
      expect(text).toContain('ours_seconds_bucket{le="1"} 1');
      expect(text).toContain('ours_seconds_bucket{le="+Inf"} 1');
      expect(text).toMatch(/p_app_uptime_seconds [0-9.]+/);
    }
    expect(metrics.registry).toBe(registry);
    const json = await registry.getMetricsAsJSON();
    expect(json.find(({ name }) => name === 'ours_total')).toMatchObject({ type: 'counter' });
    registry.resetMetrics();
    expect(await metrics.text()).toContain('theirs_total 0');
  });

  it('read fresh values before each collection, and survive a collector that fails', async () => {
    const monitoring = createMonitoring({ logs: false });
    const { metrics } = monitoring;
    let reads = 0;
    metrics.gauge({
      name: 'fresh',
      help: 'x',
      collect() {
        reads++;
        metrics.gauge({ name: 'fresh', help: 'x' }).set(reads);
      },
    });
    const stop = metrics.onCollect('mine', () => Promise.reject(new Error('cannot')));
    metrics.gauge({
      name: 'broken',
      help: 'x',
      collect() {
        throw new Error('cannot either');
      },
    });
    expect(await metrics.text()).toContain('\nfresh 1\n');
    const text = await metrics.text();
    expect(text).toContain('\nfresh 2\n');
    expect(text).not.toContain('broken 0');
    expect(await metrics.text()).toMatch(/telltale_faults_total\{part="metrics\/mine"\} 3/);
    expect(await metrics.text()).toMatch(/telltale_faults_total\{part="metrics\/broken"\} [34]/);
    stop();
  });

  it('come in groups with typed handles', async () => {
    const metrics = create({ prefix: 'shop_' });
    const billing = metricGroup('billing', {
      invoices: counter({ name: 'invoices_total', help: 'Invoices', labels: ['plan'] }),
      open: gauge({ name: 'invoices_open', help: 'Open' }),
      amount: histogram({ name: 'invoice_amount_euros', help: 'Amounts', buckets: [10, 100] }),
    });
    const handles = metrics.use(billing);
    handles.invoices.inc({ plan: 'pro' });
    handles.open.set(4);
    handles.amount.observe(50);
    expect(metrics.use(billing).invoices).toBe(handles.invoices);
    const text = await metrics.text();
    expect(text).toContain('shop_invoices_total{plan="pro"} 1');
    expect(text).toContain('shop_invoices_open 4');
    expect(text).toContain('shop_invoice_amount_euros_bucket{le="100"} 1');
  });
});
