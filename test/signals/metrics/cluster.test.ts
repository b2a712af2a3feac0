/** prom-client adds the workers of a cluster up, and is told what cannot be added up. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { samplesOf } from '../../support/samples.js';

const PROGRAM = fileURLToPath(new URL('programs/cluster.mjs', import.meta.url));

async function readCluster(): Promise<{ all: string; one: string }> {
  const child = fork(PROGRAM);
  onTestFinished(() => void child.kill('SIGKILL'));
  const [told] = await once(child, 'message');
  return told;
}

it('what three workers say comes to what there is', { timeout: 60_000 }, async () => {
  const { all, one } = await readCluster();
  const values = (page: string, name: string) => samplesOf(page, name).map(({ value }) => value);

  expect(values(all, 'jobs_total')).toEqual([3]);
  const [resident = 0] = values(one, 'process_resident_memory_bytes');
  expect(values(all, 'process_resident_memory_bytes')[0]).toBeGreaterThan(1.5 * resident);

  expect(values(one, 'process_start_time_seconds')).toHaveLength(1);
  expect(values(all, 'process_start_time_seconds')).toEqual([]);
  expect(values(all, 'oldest_job_seconds')).toEqual([7]);
  for (const name of [
    'nodejs_version_info',
    'app_build_info',
    'process_memory_limit_bytes',
    'system_cpus',
    'system_memory_total_bytes',
    'health_check_status',
  ]) {
    expect(samplesOf(one, name).length, name).toBeGreaterThan(0);
    expect(values(all, name), name).toEqual(values(one, name));
  }
  const [uptime = 0] = values(all, 'app_uptime_seconds');
  expect(uptime).toBeLessThan(1.5 * (values(one, 'app_uptime_seconds')[0] as number));
  const total = (page: string) => values(page, 'system_cpu_seconds_total').reduce((a, b) => a + b);
  expect(total(all)).toBeLessThan(1.5 * total(one));
});
