import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  counter,
  createMonitoring,
  gauge,
  histogram,
  metricGroup,
  operation,
  TelltaleError,
} from '../../src/index.js';
import { createLogSink } from '../support/log-sink.js';
import { samplesOf, total } from '../support/samples.js';
import { createSpanMemory } from '../support/span-memory.js';

const job = operation('job.run', { kind: 'consumer', labels: ['queue', 'try'] });
const jobs = metricGroup('jobs', {
  done: counter({
    name: 'jobs_total',
    help: 'Jobs done',
    labels: ['queue'],
    feed: { on: job, value: 'count' },
  }),
  seconds: histogram({
    name: 'job_seconds',
    help: 'How long',
    labels: ['queue', 'try'],
    feed: { on: job, value: 'duration' },
  }),
  running: gauge({ name: 'jobs_running', help: 'Now', feed: { on: job, value: 'in_progress' } }),
  rows: counter({
    name: 'job_rows_total',
    help: 'Rows',
    feed: { on: job, value: ({ attributes }) => attributes.rows as number | undefined },
  }),
});

function create() {
  const sink = createLogSink();
  const memory = createSpanMemory();
  const monitoring = createMonitoring({
    logs: { destination: sink, level: 'debug' },
    traces: { exporter: memory },
  });
  monitoring.metrics.use(jobs);
  monitoring.start();
  return { monitoring, sink, memory };
}

describe('observe', () => {
  it('feeds metric, span and log from one call', async () => {
    const { monitoring, sink, memory } = create();
    const init = { name: 'mail', labels: { queue: 'mail', try: 1 }, attributes: { rows: 5 } };
    const result = await monitoring.observe(job, init, async (operation) => {
      expect(total(await monitoring.metrics.text(), 'jobs_running')).toBe(1);
      operation.attributes.extra = 'yes';
      monitoring.logger.info('inside');
      await sleep(15);
      return 42;
    });
    expect(result).toBe(42);
    await monitoring.shutdown();

    const text = await monitoring.metrics.text();
    expect(samplesOf(text, 'jobs_total')).toEqual([
      { name: 'jobs_total', labels: { queue: 'mail' }, value: 1 },
    ]);
    expect(samplesOf(text, 'job_seconds_count')[0]?.labels).toEqual({ queue: 'mail', try: '1' });
    expect(total(text, 'job_rows_total')).toBe(5);
    expect(total(text, 'jobs_running')).toBe(0);
    const seconds = total(text, 'job_seconds_sum');

    const span = memory.named('mail');
    expect(span.attributes).toEqual({ queue: 'mail', try: '1', rows: 5, extra: 'yes' });
    const [inside, line] = sink.lines;
    const ids = { trace_id: span.spanContext().traceId, span_id: span.spanContext().spanId };
    expect(inside).toMatchObject({ msg: 'inside', ...ids });
    expect(line).toMatchObject({
      msg: 'mail',
      operation: 'job.run',
      outcome: 'ok',
      level: 20,
      ...ids,
    });
    expect(Number(line?.duration_ms)).toBeCloseTo(seconds * 1000, 2);
    expect(span.duration[0] + span.duration[1] / 1e9).toBeCloseTo(seconds, 5);
  });

  it('passes on what is thrown or rejected, and records it', async () => {
    const { monitoring, sink, memory } = create();
    const error = new Error('on purpose');
    expect(() =>
      monitoring.observe(job, { name: 'throws' }, () => {
        throw error;
      }),
    ).toThrow(error);
    await expect(
      monitoring.observe(job, { name: 'rejects' }, () => Promise.reject(error)),
    ).rejects.toBe(error);
    expect(monitoring.observe(job, { name: 'returns' }, () => 7)).toBe(7);
    await monitoring.shutdown();
    for (const name of ['throws', 'rejects']) {
      const span = memory.named(name);
      expect(span.status).toEqual({ code: 2, message: 'on purpose' });
      expect(span.attributes['error.type']).toBe('Error');
      expect(span.events[0]?.name).toBe('exception');
    }
    const failed = sink.lines.filter(({ outcome }) => outcome === 'error');
    expect(failed.map(({ level, msg }) => [level, msg])).toEqual([
      [50, 'throws'],
      [50, 'rejects'],
    ]);
    expect(total(await monitoring.metrics.text(), 'jobs_total')).toBe(3);
  });

  it('nests', async () => {
    const { monitoring, memory } = create();
    await monitoring.observe(job, { name: 'outer' }, () =>
      monitoring.observe(job, { name: 'middle' }, async () => {
        await null;
        monitoring.observe(job, { name: 'inner' }, () => {});
      }),
    );
    await monitoring.shutdown();
    const [outer, middle, inner] = ['outer', 'middle', 'inner'].map(memory.named);
    expect(inner?.parentSpanContext?.spanId).toBe(middle?.spanContext().spanId);
    expect(middle?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
    expect(outer?.parentSpanContext).toBeUndefined();
  });

  it('goes on counting after a reset and a removal', async () => {
    const { monitoring } = create();
    const { done } = monitoring.metrics.use(jobs);
    const run = (queue: string) => monitoring.observe(job, { labels: { queue } }, () => {});
    run('a');
    run('b');
    monitoring.metrics.registry.resetMetrics();
    run('a');
    done.remove({ queue: 'b' });
    run('b');
    run('b');
    const text = await monitoring.metrics.text();
    expect(samplesOf(text, 'jobs_total').map(({ labels, value }) => [labels.queue, value])).toEqual(
      [
        ['a', 1],
        ['b', 2],
      ],
    );
    await monitoring.shutdown();
  });

  it('survives whatever a metric of the user does', async () => {
    const { monitoring } = create();
    const broken = metricGroup('broken', {
      rows: counter({
        name: 'broken_total',
        help: 'x',
        feed: {
          on: job,
          value: () => {
            throw new Error('no');
          },
        },
      }),
    });
    monitoring.metrics.use(broken);
    expect(monitoring.observe(job, {}, () => 'fine')).toBe('fine');
    expect(monitoring.observe(job, {}, () => 'fine')).toBe('fine');
    const text = await monitoring.metrics.text();
    expect(total(text, 'telltale_faults_total')).toBe(2);
    expect(total(text, 'job_seconds_count')).toBe(2);
    await monitoring.shutdown();
  });

  it('refuses types that cannot be one', () => {
    expect(() => operation('Has Space')).toThrow(TelltaleError);
    expect(() => operation('ok', { labels: ['Not-Ok'] })).toThrow('expected a snake_case label');
  });
});
