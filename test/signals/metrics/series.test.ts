import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createMonitoring } from '../../../src/index.js';
import { samplesOf } from '../../support/samples.js';

function create() {
  return createMonitoring({ logs: false, traces: false, metrics: { seriesLimit: 1e6 } }).metrics;
}

/** What a metric shows, one line a sample. */
async function linesOf(metrics: ReturnType<typeof create>, name: string): Promise<string[]> {
  const text = await metrics.text();
  return text.split('\n').filter((line) => line.startsWith(name));
}

describe('a series that was removed', () => {
  it('is fed in vain by whoever keeps it, and shows nothing where it was', async () => {
    const metrics = create();
    const config = { help: 'x', labelNames: ['kind'] } as const;
    const jobs = metrics.counter({ ...config, name: 'm_total' });
    const level = metrics.gauge({ ...config, name: 'm_level' });
    const sizes = metrics.histogram({ ...config, name: 'm_sizes', buckets: [1] });
    const kept = { job: jobs.labels('old'), level: level.labels('old'), size: sizes.labels('old') };
    const end = kept.size.startTimer();
    const other = jobs.labels('other');
    for (const metric of [jobs, level, sizes]) metric.remove('old');
    for (const kind of ['new', 'old']) {
      jobs.inc({ kind }, 3);
      level.set({ kind }, 4);
      sizes.observe({ kind }, 0.5);
    }
    const before = await linesOf(metrics, 'm_');
    expect(before.slice(0, 3)).toEqual([
      'm_total{kind="other"} 0',
      'm_total{kind="new"} 3',
      'm_total{kind="old"} 3',
    ]);
    kept.job.inc(100);
    kept.job.reach(1000);
    kept.level.set(100);
    kept.level.dec();
    kept.size.observe(0.1);
    end();
    expect(await linesOf(metrics, 'm_')).toEqual(before);
    expect(() => kept.job.inc(-1)).toThrow('cannot decrease');
    other.inc(7);
    expect(await linesOf(metrics, 'm_total{kind="other"}')).toEqual(['m_total{kind="other"} 7']);
  });

  it('begins at 0 when it comes again, behind the others', async () => {
    const metrics = create();
    const sizes = metrics.histogram({ name: 'm', help: 'x', labelNames: ['a'], buckets: [1, 2] });
    for (const a of ['1', '2', '3']) sizes.observe({ a }, 1.5);
    sizes.remove({ a: '1' });
    sizes.labels('4');
    sizes.labels({ a: 1 });
    const counts = (await linesOf(metrics, 'm_count')).join(' ');
    expect(counts).toBe('m_count{a="2"} 1 m_count{a="3"} 1 m_count{a="4"} 0 m_count{a="1"} 0');
    expect(await linesOf(metrics, 'm_bucket{a="4"')).toEqual([
      'm_bucket{a="4",le="1"} 0',
      'm_bucket{a="4",le="2"} 0',
      'm_bucket{a="4",le="+Inf"} 0',
    ]);
  });

  it('is forgotten without labels, too', async () => {
    const metrics = create();
    const level = metrics.gauge({ name: 'm_level', help: 'x' });
    const kept = level.labels();
    level.set(5);
    level.remove();
    kept.set(6);
    expect(await linesOf(metrics, 'm_level')).toEqual(['m_level 0']);
    level.set(7);
    kept.set(8);
    expect(await linesOf(metrics, 'm_level')).toEqual(['m_level 7']);
  });
});

describe('the series of a metric', () => {
  it('are found by values of every kind, in any order, with any left out', async () => {
    const metrics = create();
    const m = metrics.counter({ name: 'm_total', help: 'x', labelNames: ['a', 'b', 'c'] });
    for (let i = 0; i < 2; i++) {
      m.inc({ a: 'x', b: 1, c: 'z' });
      m.inc({ c: 'z', a: 'x', b: '1' });
      m.inc({ b: 1 });
      m.inc({ c: undefined, b: '1' } as never);
      m.inc({ a: true, b: null } as never);
      m.inc({ a: 'true' });
      m.inc({ a: { toString: () => 'made' } } as never);
      m.inc({ a: 1e21, c: -0.5 });
      m.labels('x', 1, 'z').inc();
      m.labels('', '', '').inc();
      m.inc({});
    }
    expect(await linesOf(metrics, 'm_total')).toEqual([
      'm_total{a="x",b="1",c="z"} 6',
      'm_total{b="1"} 4',
      'm_total{a="true"} 4',
      'm_total{a="made"} 2',
      'm_total{a="1e+21",c="-0.5"} 2',
      'm_total 4',
    ]);
    m.remove({ b: 1, c: 'z', a: 'x' });
    m.remove({ a: true } as never);
    expect(await linesOf(metrics, 'm_total')).toHaveLength(4);
  });

  it('may have labels that every object seems to have', async () => {
    const metrics = create();
    const labelNames = ['constructor', 'toString', 'a'] as const;
    const m = metrics.counter({ name: 'm_total', help: 'x', labelNames });
    for (let i = 0; i < 3; i++) {
      m.inc({ a: '1' } as never);
      m.inc({ constructor: 'Ford', a: '1' } as never);
    }
    expect(await linesOf(metrics, 'm_total')).toEqual([
      'm_total{a="1"} 3',
      'm_total{constructor="Ford",a="1"} 3',
    ]);
    m.remove({ a: '1' } as never);
    expect(await linesOf(metrics, 'm_total')).toHaveLength(1);
  });

  it('stay apart when there are very many, and in the order in which they were made', async () => {
    const metrics = create();
    const m = metrics.gauge({ name: 'm', help: 'x', labelNames: ['first', 'second', 'third'] });
    const labels = (i: number) => ({ first: i % 211, second: `s${i % 13}`, third: (i * 7) % 17 });
    for (let i = 0; i < 40_000; i++) m.set(labels(i), i);
    const samples = samplesOf(await metrics.text(), 'm');
    expect(samples.map(({ value }) => value)).toEqual(Array.from({ length: 40_000 }, (_, i) => i));
    for (const [i, sample] of samples.entries()) {
      const { first, second, third } = labels(i);
      expect(sample.labels).toEqual({ first: `${first}`, second, third: `${third}` });
    }
  });

  it('may come and go while they are written', async () => {
    const metrics = create();
    const m = metrics.gauge({ name: 'm', help: 'x', labelNames: ['i'] });
    for (let i = 0; i < 60_000; i++) m.set({ i }, i);
    let written = false;
    const writing = metrics.text().finally(() => {
      written = true;
    });
    let turns = 0;
    for (let next = 60_000; !written; turns++) {
      await new Promise(setImmediate);
      for (let i = 0; i < 1000 && turns < 50; i++) m.remove(`${turns * 1000 + i}`);
      for (let i = 0; i < 100; i++, next++) m.set({ i: next }, next);
    }
    expect(turns).toBeGreaterThan(1);
    const samples = samplesOf(await writing, 'm');
    expect(samples.filter(({ labels, value }) => labels.i !== `${value}`)).toEqual([]);
    const values = samples.map(({ value }) => value);
    expect(new Set(values).size).toBe(values.length);
    const staying = Array.from({ length: 10_000 }, (_, i) => i + 50_000);
    expect(values.filter((value) => value >= 50_000 && value < 60_000)).toEqual(staying);
    const after = samplesOf(await metrics.text(), 'm').map(({ value }) => value);
    const gone = Math.min(turns, 50) * 1000;
    expect(after).toEqual(Array.from({ length: 60_000 - gone + turns * 100 }, (_, i) => i + gone));
  });

  it('keep of a text no more than the value that was cut from it', () => {
    const metrics = create();
    const m = metrics.counter({ name: 'm_total', help: 'x', labelNames: ['part'] });
    const before = heldBytes();
    for (let i = 0; i < 64; i++) {
      const long = Buffer.alloc(2 ** 20, `something long ${i} `).toString('latin1');
      m.inc({ part: long.slice(0, 20) });
    }
    expect(heldBytes() - before).toBeLessThan(8 * 2 ** 20);
  });

  it('take no more for a million that came and went', { timeout: 120_000 }, async () => {
    const metrics = create();
    const labelNames = ['user', 'ok'] as const;
    const hits = metrics.counter({ name: 'm_total', help: 'x', labelNames });
    const sizes = metrics.histogram({ name: 'm_sizes', help: 'x', labelNames, buckets: [1, 2] });
    function turnOver(from: number, to: number): void {
      for (let i = from; i < to; i++) {
        const metric = i % 4 === 0 ? sizes : hits;
        metric.labels(`user-${i}`, i % 2);
        metric.remove(`user-${i - 400}`, i % 2);
      }
    }
    turnOver(0, 20_000);
    const before = heldBytes();
    turnOver(20_000, 1_000_000);
    expect(heldBytes() - before).toBeLessThan(2 * 2 ** 20);
    expect(await linesOf(metrics, 'm_total')).toHaveLength(300);
    expect(await linesOf(metrics, 'm_sizes_count')).toHaveLength(100);
  });
});

/** Bytes that are held once the garbage has been collected. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
