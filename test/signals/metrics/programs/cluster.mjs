/** Three workers that are monitored. Tells what prom-client makes of all and what one alone says. */
import cluster from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import prom from 'prom-client';
import { createMonitoring } from 'telltale';

const WORKERS = 3;

if (cluster.isPrimary) await lead();
else await serve();

async function lead() {
  const registry = new prom.AggregatorRegistry();
  const workers = Array.from({ length: WORKERS }, () => cluster.fork());
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const all = await registry.clusterMetrics();
  workers[0].send('tell');
  let one;
  do [one] = await once(workers[0], 'message');
  while (typeof one.text !== 'string');
  for (const worker of workers) worker.kill('SIGKILL');
  process.send({ all, one: one.text });
  process.disconnect();
}

async function serve() {
  const { metrics, health, start } = createMonitoring({ logs: false });
  health.register('database', () => {});
  start();
  metrics.counter({ name: 'jobs_total', help: 'x' }).inc();
  metrics.gauge({ name: 'oldest_job_seconds', help: 'x', aggregator: 'max' }).set(7);
  prom.AggregatorRegistry.setRegistries([metrics.registry]);
  new prom.AggregatorRegistry();
  process.on('message', async (message) => {
    if (message === 'tell') process.send({ text: await metrics.text() });
  });
  // What is sampled in the background is there a little later.
  while (!/^system_cpus [1-9]/m.test(await metrics.text())) await sleep(20);
  process.send('ready');
}
