// service.cjs as an ES module.
import { createServer } from 'node:http';
import { trace } from '@opentelemetry/api';
import express from 'express';
import fastify from 'fastify';
import { operation, setupMonitoring } from 'telltale';

const priced = operation('cart.price', { labels: ['kind'] });
const options = { requests: { route: () => '/users/:id' } };
let monitoring;

async function work() {
  const { spanId, traceId } = trace.getActiveSpan()?.spanContext() ?? {};
  monitoring.logger.info('inside');
  await monitoring.trace('traced', () => new Promise((resolve) => setTimeout(resolve, 2)));
  await monitoring.observe(priced, { labels: { kind: 'gold' } }, async () => {
    monitoring.logger.info('observed');
  });
  return { traceId, spanId, headers: monitoring.inject({}) };
}

const kinds = {
  express() {
    const app = express();
    monitoring = setupMonitoring(app, options);
    app.get('/users/:id', async (_request, response) => response.json(await work()));
    return app.listen(0, '127.0.0.1');
  },
  async fastify() {
    const app = fastify();
    monitoring = setupMonitoring(app, options);
    app.get('/users/:id', work);
    await app.listen({ port: 0, host: '127.0.0.1' });
    return app.server;
  },
  node() {
    const server = createServer(async (_request, response) => {
      response.end(JSON.stringify(await work()));
    });
    monitoring = setupMonitoring(server, options);
    return server.listen(0, '127.0.0.1');
  },
};

const server = await kinds[process.env.SERVICE]();
const listening = () => process.send({ port: server.address().port });
if (server.listening) listening();
else server.on('listening', listening);

process.on('message', async () => {
  await monitoring.shutdown();
  await globalThis.foreign?.();
  process.send({}, () => process.exit());
});
