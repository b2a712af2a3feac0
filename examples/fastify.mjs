// Fastify: the plugin decorates the instance with `monitoring` and is shut down with it.
import { tmpdir } from 'node:os';
import Fastify from 'fastify';
import { disk } from 'telltale/checks/disk';
import telltale from 'telltale/fastify';

const app = Fastify();
await app.register(telltale, {
  serviceName: 'greeter',
  shutdown: { signals: ['SIGINT', 'SIGTERM'] },
});
const { health, logger, metrics } = app.monitoring;

let greeted = 0;
// Degraded is a warning for people: the service still answers 200 and stays in traffic.
health.register('guests', () => ({
  status: greeted > 0 ? 'healthy' : 'degraded',
  details: { greeted },
}));
// A driver, run once a minute in the background: probes only read what it said last.
health.register('uploads', disk({ path: tmpdir(), warn: 90, fail: 99 }), { interval: 60_000 });

const lengths = metrics.histogram({
  name: 'name_length_characters',
  help: 'Length of the names that were greeted',
  buckets: [2, 4, 8, 16, 32],
});

app.get('/hello/:name', (request) => {
  const { name } = request.params;
  greeted++;
  lengths.observe(name.length);
  logger.info({ characters: name.length }, 'greeting sent');
  return `Hello, ${name}\n`;
});

const url = await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' });
health.markStarted();
console.log(`Try ${url}/hello/ada, then ${url}/metrics and ${url}/health`);
