// A service of the kind that SERVICE names, monitored with TELLTALE's options. Its lines go to
// standard output, and what it is told on standard input ends it.
const { createServer } = require('node:http');
const { trace } = require('@opentelemetry/api');
const { operation, setupMonitoring } = require('telltale');

const priced = operation('cart.price', { labels: ['kind'] });
const options = {
  environment: 'test',
  requests: { route: () => '/users/:id' },
  ...JSON.parse(process.env.TELLTALE ?? '{}'),
};

let monitoring;

async function work() {
  const { spanId, traceId } = trace.getActiveSpan()?.spanContext() ?? {};
  monitoring.logger.info('inside');
  if (process.env.CAPTURE === '1') globalThis.capture(new Error('captured'));
  await monitoring.trace('traced', () => new Promise((resolve) => setTimeout(resolve, 2)));
  await monitoring.observe(priced, { labels: { kind: 'gold' } }, async () => {
    monitoring.logger.info('observed');
  });
  return { traceId, spanId, headers: monitoring.inject({}) };
}

const kinds = {
  express() {
    const app = require('express')();
    monitoring = setupMonitoring(app, options);
    app.get('/users/:id', async (_request, response) => response.json(await work()));
    app.get('/fail', () => {
      throw new Error('failed on purpose');
    });
    return app.listen(0, '127.0.0.1');
  },
  fastify() {
    const app = require('fastify')();
    monitoring = setupMonitoring(app, options);
    globalThis.beforeRoutes?.(app);
    app.after(() => {
      app.get('/users/:id', work);
      app.get('/fail', () => {
        throw new Error('failed on purpose');
      });
    });
    void app.listen({ port: 0, host: '127.0.0.1' });
    return app.server;
  },
  node() {
    const server = createServer(async (request, response) => {
      if (request.url === '/fail') response.statusCode = 500;
      response.end(JSON.stringify(await work()));
    });
    monitoring = setupMonitoring(server, options);
    return server.listen(0, '127.0.0.1');
  },
};

const server = kinds[process.env.SERVICE]();
server.on('listening', () => process.send({ port: server.address().port }));
globalThis.afterSetup?.();

process.on('message', async () => {
  const exposition = await monitoring.metrics.text('openmetrics');
  await monitoring.shutdown();
  const after = trace.getTracer('after').startSpan('after shutdown');
  after.end();
  await globalThis.foreign?.();
  process.send({ exposition, after: after.spanContext().traceId }, () => process.exit());
});
