import { describe, expect, it } from 'vitest';
import { counter, createMonitoring, metricGroup, operation } from '../../../src/index.js';
import { samplesOf, total } from '../../support/samples.js';

const call = operation('call', { labels: ['path', 'code'] });
const calls = metricGroup('calls', {
  done: counter({
    name: 'calls_total',
    help: 'Calls',
    labels: ['path', 'code'],
    feed: { on: call, value: 'count' },
  }),
});

function create(seriesLimit?: number) {
  return createMonitoring({
    logs: false,
    traces: false,
    metrics: { ...(seriesLimit && { seriesLimit }) },
  });
}

describe('a metric with too many series', () => {
  it('folds the label that explodes and keeps the others true', async () => {
    const { metrics } = create(100);
    const hits = metrics.counter({ name: 'hits_total', help: 'Hits', labelNames: ['user', 'ok'] });
    for (let i = 0; i < 5000; i++) hits.inc({ user: `u${i}`, ok: i % 10 === 0 ? 'no' : 'yes' });
    const text = await metrics.text();
    const samples = samplesOf(text, 'hits_total');
    expect(samples.length).toBeLessThanOrEqual(102);
    expect(total(text, 'hits_total')).toBe(5000);
    const failed = samples.filter(({ labels }) => labels.ok === 'no');
    expect(failed.reduce((sum, { value }) => sum + value, 0)).toBe(500);
    const other = samples.filter(({ labels }) => labels.user === '__other__');
    expect(other.map(({ labels }) => labels.ok).sort()).toEqual(['no', 'yes']);
    expect(samplesOf(text, 'telltale_series_folded_total')).toContainEqual({
      name: 'telltale_series_folded_total',
      labels: { metric: 'hits_total' },
      value: 4900,
    });
  });

  it('gives up one label after the other when several explode', async () => {
    const { metrics } = create(100);
    const hits = metrics.counter({ name: 'hits_total', help: 'x', labelNames: ['a', 'b', 'c'] });
    for (let i = 0; i < 5000; i++) hits.inc({ a: i, b: `b${i}`, c: i % 3 });
    const text = await metrics.text();
    expect(samplesOf(text, 'hits_total').length).toBeLessThanOrEqual(303);
    expect(total(text, 'hits_total')).toBe(5000);
    const byC = (c: string) =>
      samplesOf(text, 'hits_total')
        .filter(({ labels }) => labels.c === c)
        .reduce((sum, { value }) => sum + value, 0);
    expect([byC('0'), byC('1'), byC('2')]).toEqual([1667, 1667, 1666]);
  });

  it('keeps what is folded when one more is shown before it is needed', async () => {
    const { metrics } = create(2);
    const sizes = metrics.histogram({ name: 'sizes', help: 'x', labelNames: ['a'], buckets: [1] });
    for (const a of ['1', '2', '3', '4']) sizes.observe({ a }, 1);
    sizes.zero({ a: '5' });
    expect(total(await metrics.text(), 'sizes_count')).toBe(4);
    sizes.zero({ a: '1' });
    expect(total(await metrics.text(), 'sizes_count')).toBe(3);
  });

  it('is bounded where operations feed it, too', async () => {
    const monitoring = create();
    monitoring.metrics.use(calls);
    for (let i = 0; i < 6000; i++) {
      monitoring.observe(call, { labels: { path: `/p${i}`, code: i % 2 } }, () => {});
    }
    const text = await monitoring.metrics.text();
    expect(samplesOf(text, 'calls_total').length).toBeLessThanOrEqual(2003);
    expect(total(text, 'calls_total')).toBe(6000);
    const odd = samplesOf(text, 'calls_total').filter(({ labels }) => labels.code === '1');
    expect(odd.reduce((sum, { value }) => sum + value, 0)).toBe(3000);
    expect(total(text, 'telltale_series_folded_total')).toBeGreaterThanOrEqual(4000);
  });

  it('makes room again when series are removed', async () => {
    const { metrics } = create(2);
    const hits = metrics.counter({ name: 'hits_total', help: 'x', labelNames: ['a'] });
    for (const a of ['1', '2', '3']) hits.inc({ a });
    hits.remove({ a: '1' });
    hits.remove('__other__');
    hits.inc({ a: '4' });
    expect(samplesOf(await metrics.text(), 'hits_total').map(({ labels }) => labels.a)).toEqual([
      '2',
      '4',
    ]);
  });
});
