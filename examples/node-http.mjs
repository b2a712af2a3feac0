// Node's own http server: nobody but you knows which route a request belongs to.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { setupMonitoring } from 'telltale';
import { errorRate } from 'telltale/checks/error-rate';

const HELLO = /^\/hello\/(\w+)$/;

const server = createServer();
const monitoring = setupMonitoring(server, {
  serviceName: 'greeter',
  // A template, never the path itself: each new value would be a new time series.
  requests: { route: (req) => (HELLO.test(req.url) ? '/hello/:name' : undefined) },
  shutdown: { signals: ['SIGINT', 'SIGTERM'] },
});

monitoring.health.register('listening', () => server.listening);
// A driver. Too many errors are a warning: out of traffic the service would answer even fewer.
monitoring.health.register('errors', errorRate({ warn: 1 }), { critical: false });
const waiting = monitoring.metrics.gauge({
  name: 'greetings_waiting',
  help: 'Guests who wait for their greeting',
});

server.on('request', async (req, res) => {
  const name = HELLO.exec(req.url)?.[1];
  if (name === undefined) return res.writeHead(404).end();
  waiting.inc();
  await sleep(20);
  waiting.dec();
  monitoring.logger.info({ name }, 'greeting sent');
  res.end(`Hello, ${name}\n`);
});

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  monitoring.health.markStarted();
  const url = `http://127.0.0.1:${server.address().port}`;
  console.log(`Try ${url}/hello/ada, then ${url}/metrics and ${url}/health`);
});
