// Kubernetes: a service that a rolling update takes no request from. kubernetes.yaml deploys it.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { setupMonitoring } from 'telltale';

const { CATALOG_URL, DRAIN_DELAY_MS, SHUTDOWN_TIMEOUT_MS, HOST, PORT } = process.env;

const server = createServer(async (_req, res) => {
  await sleep(100);
  res.end('hello\n');
});
const { health, logger } = setupMonitoring(server, {
  serviceName: 'hello',
  shutdown: {
    signals: ['SIGTERM', 'SIGINT'],
    drainDelay: Number(DRAIN_DELAY_MS ?? 0),
    timeout: Number(SHUTDOWN_TIMEOUT_MS ?? 5000),
    onShutdown: () => logger.info('nothing is open any more'),
  },
});

// Asked by readiness alone: without its catalog this instance wants no traffic, but no restart.
if (CATALOG_URL !== undefined) {
  health.register('catalog', async (signal) => (await fetch(CATALOG_URL, { signal })).ok);
}

server.listen(Number(PORT ?? 3000), HOST ?? '127.0.0.1', () => {
  health.markStarted();
  const url = `http://127.0.0.1:${server.address().port}`;
  console.log(`Try ${url}/hello, then ${url}/health/ready, and end it with Ctrl-C`);
});
