// A service that ends as its argument says; run by the tests of the shutdown.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import fastify from 'fastify';
import { setupMonitoring } from 'telltale';
import telltale from 'telltale/fastify';

const { kind, options, hooks = [], before, linesPerRequest = 0 } = JSON.parse(process.argv[2]);

const HOOKS = {
  ok: () => sleep(5),
  throw: () => {
    throw new Error('thrown on purpose');
  },
  hang: () => new Promise(() => {}),
  // What is still to come keeps a process alive that ends by itself.
  linger: () => void setTimeout(() => process.send?.({ lingered: true }), 300),
};

if (options.shutdown !== undefined) {
  options.shutdown.onShutdown = hooks.map((name) => async () => {
    process.send?.({ hook: name });
    await HOOKS[name]();
  });
  if (before !== undefined) options.shutdown.beforeShutdown = HOOKS[before];
}

/** Answers after so many milliseconds; never, when they are none. */
async function slow(milliseconds) {
  await sleep(Number(milliseconds));
  for (let i = 0; i < linesPerRequest; i++) monitoring.logger.info({ i }, 'work');
  return 'slow';
}

let monitoring;
const builders = {
  async express() {
    const app = express();
    monitoring = setupMonitoring(app, options);
    app.get('/slow/:ms', async (request, response) => response.send(await slow(request.params.ms)));
    app.get('/hang', () => {});
    return new Promise((resolve) => {
      const server = app.listen(0, '127.0.0.1', () => resolve(server.address().port));
    });
  },
  async fastify() {
    const app = fastify();
    monitoring = setupMonitoring(app, options);
    return listenFastify(app);
  },
  async plugin() {
    const app = fastify();
    await app.register(telltale, options);
    monitoring = app.monitoring;
    return listenFastify(app);
  },
  async node() {
    const server = createServer(async (request, response) => {
      const [, name, ms] = request.url.split('/');
      if (name === 'slow') response.end(await slow(ms));
    });
    monitoring = setupMonitoring(server, options);
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve(server.address().port));
    });
  },
};

async function listenFastify(app) {
  app.get('/slow/:ms', (request) => slow(request.params.ms));
  app.get('/hang', () => new Promise(() => {}));
  app.addHook('onClose', async () => process.send?.({ hook: 'onClose' }));
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server.address().port;
}

const COMMANDS = {
  exit: (code) => process.exit(code),
  throw: () =>
    setImmediate(() => {
      throw new Error('uncaught on purpose');
    }),
  shutdown: () => monitoring.shutdown().then(() => process.send?.({ ended: true })),
  listeners: () => process.send?.({ listeners: process.eventNames().map(String) }),
};
process.on('message', ([name, value]) => COMMANDS[name](value));
// The channel to the test is not what keeps this process alive.
process.channel?.unref();

const port = await builders[kind]();
monitoring.health.markStarted();
process.send?.({ port });
