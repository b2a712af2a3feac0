/** `registry.resetMetrics()` sets back what was counted, and not what is so. */
import { describe, expect, it } from 'vitest';
import { gauge, metricGroup, operation } from '../../../src/index.js';
import { serveMonitored } from '../../support/monitored-server.js';
import { samplesOf } from '../../support/samples.js';

const job = operation('job.run', { labels: ['kind'] });
const jobs = metricGroup('jobs', {
  running: gauge({
    name: 'jobs_running',
    help: 'x',
    labels: ['kind'],
    feed: { on: job, value: 'in_progress' },
  }),
});

/** Jobs that run until they are told to end. */
async function withJobs() {
  const served = await serveMonitored();
  const { running } = served.monitoring.metrics.use(jobs);
  function run(kind: string): () => Promise<void> {
    let end = () => {};
    const work = served.monitoring.observe(
      job,
      { labels: { kind } },
      () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    );
    return () => {
      end();
      return work;
    };
  }
  async function counts(): Promise<unknown> {
    const samples = samplesOf(await served.scrape(), 'jobs_running');
    return Object.fromEntries(samples.map(({ labels, value }) => [labels.kind, value]));
  }
  return { ...served, running, run, counts };
}

describe('a reset of all metrics', () => {
  it('leaves facts as they are', async () => {
    const { monitoring, base, scrape } = await serveMonitored();
    await (await fetch(base)).text();
    const facts = [
      'process_start_time_seconds',
      'process_memory_limit_bytes',
      'nodejs_version_info',
      'app_build_info',
    ];
    const read = (page: string) => facts.map((name) => samplesOf(page, name));
    const before = await scrape();
    for (const samples of read(before)) expect(samples[0]?.value).toBeGreaterThan(0);
    monitoring.metrics.registry.resetMetrics();
    const after = await scrape();
    expect(read(after)).toEqual(read(before));
    const requests = (page: string) => samplesOf(page, 'http_requests_total')[0]?.value;
    expect([requests(before), requests(after)]).toEqual([1, 0]);
  });

  it('ends no work that is under way', async () => {
    const { monitoring, running, run, counts } = await withJobs();
    const [endFirst, endSecond] = [run('a'), run('a')];
    monitoring.metrics.registry.resetMetrics();
    running.reset();
    expect(await counts()).toEqual({ a: 2 });
    await endFirst();
    expect(await counts()).toEqual({ a: 1 });
    await endSecond();
    expect(await counts()).toEqual({ a: 0 });
  });
});

describe('a series of work under way that was removed', () => {
  it('is never below 0', async () => {
    const { running, run, counts } = await withJobs();
    const ends = [run('a'), run('a'), run('b')];
    running.remove({ kind: 'a' });
    expect(await counts()).toEqual({ b: 1 });
    for (const end of ends) await end();
    expect(await counts()).toEqual({ b: 0, a: 0 });
    const end = run('a');
    expect(await counts()).toEqual({ b: 0, a: 1 });
    await end();
  });
});
