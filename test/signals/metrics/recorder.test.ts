import { describe, expect, it } from 'vitest';
import {
  counter,
  createMonitoring,
  gauge,
  histogram,
  metricGroup,
  operation,
} from '../../../src/index.js';
import { parseSamples } from '../../support/samples.js';

const job = operation('job', { labels: ['queue', 'ok'] });
const labels = ['queue', 'ok'] as const;

/** Metrics that jobs feed in every way; `sized` says how large the job was. */
function create(sized: () => number | undefined) {
  const { metrics, observe } = createMonitoring({ logs: false, traces: false });
  const handles = metrics.use(
    metricGroup('jobs', {
      done: counter({ name: 'jobs_total', help: 'x', labels, feed: { on: job, value: 'count' } }),
      time: histogram({
        name: 'jobs_seconds',
        help: 'x',
        labels,
        buckets: [60],
        feed: { on: job, value: 'duration' },
      }),
      running: gauge({
        name: 'jobs_running',
        help: 'x',
        labels: ['queue'],
        feed: { on: job, value: 'in_progress' },
      }),
      size: {
        ...histogram({ name: 'jobs_size', help: 'x', labels, buckets: [1] }),
        feed: { on: job, value: sized },
      },
    }),
  );
  return {
    ...handles,
    work: (queue: string, fn: () => void | Promise<void> = () => {}) =>
      observe(job, { labels: { queue, ok: 'yes' } }, fn),
    /** The values of all samples of a name, by queue. */
    async shown(name: string) {
      const samples = parseSamples(await metrics.text()).filter((sample) => sample.name === name);
      return Object.fromEntries(samples.map(({ labels, value }) => [labels.queue, value]));
    },
  };
}

describe('metrics that operations feed', () => {
  it('count each of them, and make the series of a reading with its first value', async () => {
    let size: number | undefined;
    const { work, shown } = create(() => size);
    for (const queue of ['a', 'b', 'a']) work(queue);
    expect(await shown('jobs_total')).toEqual({ a: 2, b: 1 });
    expect(await shown('jobs_seconds_count')).toEqual({ a: 2, b: 1 });
    expect(await shown('jobs_size_count')).toEqual({});
    size = 3;
    for (const queue of ['b', 'b', 'c']) work(queue);
    expect(await shown('jobs_size_count')).toEqual({ b: 2, c: 1 });
    expect(await shown('jobs_size_sum')).toEqual({ b: 6, c: 3 });
    await work('d', async () => {
      expect(await shown('jobs_running')).toEqual({ a: 0, b: 0, c: 0, d: 1 });
    });
  });

  it('begin again with a series that was removed, and leave its place to others', async () => {
    const { done, time, running, work, shown } = create(() => 1);
    for (const queue of ['a', 'b']) work(queue);
    done.remove('a', 'yes');
    time.remove('a', 'yes');
    running.remove('a');
    for (const queue of ['c', 'c', 'b', 'a']) work(queue);
    expect(await shown('jobs_total')).toEqual({ b: 2, c: 2, a: 1 });
    expect(await shown('jobs_seconds_count')).toEqual({ b: 2, c: 2, a: 1 });
    expect(await shown('jobs_size_count')).toEqual({ a: 2, b: 2, c: 2 });
    expect(await shown('jobs_running')).toEqual({ b: 0, c: 0, a: 0 });
  });

  it('survive a reading that removes series', async () => {
    let reads = 0;
    const { size, work, shown } = create(() => {
      size.remove('a', 'yes');
      size.labels(`other ${reads++}`, 'yes');
      return 5;
    });
    for (const queue of ['a', 'a', 'b']) work(queue);
    work('a');
    expect(await shown('jobs_size_sum')).toEqual({
      ...{ a: 5, b: 5 },
      ...{ 'other 0': 0, 'other 1': 0, 'other 2': 0, 'other 3': 0 },
    });
    expect(await shown('jobs_total')).toEqual({ a: 3, b: 1 });
  });
});
