import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import telltale from '../../src/fastify.js';
import { setupMonitoring } from '../../src/index.js';
import { createLogSink } from '../support/log-sink.js';
import { samplesOf } from '../support/samples.js';
import { until } from '../support/until.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function countsOf(monitoring: ReturnType<typeof setupMonitoring>, length: number) {
  const read = async () => samplesOf(await monitoring.metrics.text(), 'http_requests_total');
  await until(async () => (await read()).length === length, `${length} series`);
  return (await read()).map(
    ({ labels, value }) => `${labels.method} ${labels.route} ${labels.status} ${value}`,
  );
}

describe('Fastify', () => {
  it('names routes under prefixes and in encapsulated plugins', async () => {
    const app = fastify();
    const monitoring = setupMonitoring(app, { logs: false });
    cleanups.push(() => app.close(), monitoring.shutdown);
    await app.register(
      async (outer) => {
        outer.get('/', () => 'x');
        await outer.register(async (inner) => inner.get('/:id', () => 'x'), {
          prefix: '/in/:where',
        });
      },
      { prefix: '/out' },
    );
    app.get('/files/*', () => 'x');
    app.get('/opt/:a/:b?', () => 'x');
    app.get('/re/:n(^\\d+)', () => 'x');
    app.all('/any', () => 'x');
    const base = await app.listen({ port: 0, host: '127.0.0.1' });
    for (const path of [
      '/out',
      '/out/in/in/in',
      '/files/a/b/c',
      '/opt/1',
      '/re/12',
      '/re/x',
      '/any',
    ]) {
      await (await fetch(base + path)).text();
    }
    expect((await countsOf(monitoring, 7)).sort()).toEqual([
      'GET /any 200 1',
      'GET /files/* 200 1',
      'GET /opt/:a/:b? 200 1',
      'GET /out 200 1',
      'GET /out/in/:where/:id 200 1',
      'GET /re/:n(^\\d+) 200 1',
      'GET unmatched 404 1',
    ]);
  });

  it('names the route of what an earlier hook refuses, in plugins loaded before, too', async () => {
    const app = fastify();
    app.addHook('onRequest', async (_request, reply) => reply.code(401).send());
    await app.register(async (child) => {
      child.get('/child/:id', () => 'never reached');
    });
    app.get('/users/:id', () => 'never reached');
    const monitoring = setupMonitoring(app, { logs: false });
    cleanups.push(() => app.close(), monitoring.shutdown);
    const base = await app.listen({ port: 0, host: '127.0.0.1' });
    await (await fetch(`${base}/users/1`)).text();
    await (await fetch(`${base}/child/1`)).text();
    expect(await countsOf(monitoring, 2)).toEqual(['GET /users/:id 401 1', 'GET /child/:id 401 1']);
  });

  it('can be set up while it listens already', async () => {
    const app = fastify();
    app.get('/users/:id', async () => 'x');
    app.get('/throw', async () => {
      throw new Error('on purpose');
    });
    const base = await app.listen({ port: 0, host: '127.0.0.1' });
    const sink = createLogSink();
    const monitoring = setupMonitoring(app, { logs: { destination: sink } });
    cleanups.push(() => app.close(), monitoring.shutdown);
    for (const path of ['/users/1', '/throw', '/nope']) await (await fetch(base + path)).text();
    expect(await countsOf(monitoring, 3)).toEqual([
      'GET /users/:id 200 1',
      'GET /throw 500 1',
      'GET unmatched 404 1',
    ]);
    expect(sink.requests()[1]).toMatchObject({ err: { message: 'on purpose' } });
  });

  it('counts what comes by a second address', async () => {
    const app = fastify();
    app.get('/users/:id', async () => 'x');
    const monitoring = setupMonitoring(app, { logs: false });
    cleanups.push(() => app.close(), monitoring.shutdown);
    await app.listen({ port: 0, host: 'localhost' });
    for (const { address, port } of app.addresses() as AddressInfo[]) {
      const host = address.includes(':') ? `[${address}]` : address;
      expect((await fetch(`http://${host}:${port}/users/1`)).status).toBe(200);
      expect((await fetch(`http://${host}:${port}/health`)).status).toBe(200);
    }
    expect(await countsOf(monitoring, 1)).toEqual([`GET /users/:id 200 ${app.addresses().length}`]);
  });

  it('fires no onRoute hook and adds no listener', async () => {
    const app = fastify();
    const routes: string[] = [];
    app.addHook('onRoute', ({ url }) => {
      routes.push(url);
    });
    const listeners = () =>
      app.server.eventNames().map((name) => [name, app.server.listenerCount(name)]);
    const before = listeners();
    const monitoring = setupMonitoring(app, { logs: false });
    cleanups.push(() => app.close(), monitoring.shutdown);
    expect(listeners()).toEqual(before);
    app.get('/own', { exposeHeadRoute: false }, () => 'x');
    await app.ready();
    expect(routes).toEqual(['/own']);
  });

  it('is shut down with the instance when it is a plugin', async () => {
    const app = fastify();
    await app.register(telltale, { logs: false, serviceName: 'plugged' });
    app.get('/users/:id', () => 'x');
    expect((await app.inject('/users/1')).statusCode).toBe(200);
    expect((await app.inject('/health')).json()).toMatchObject({ service: 'plugged' });
    const { monitoring } = app;
    expect(setupMonitoring(app)).toBe(monitoring);
    await app.close();
    expect((await monitoring.health.report('ready')).status).toBe('unhealthy');
    await expect(fastify().register(telltale, { serviceNam: 'x' } as never)).rejects.toThrow(
      'unknown key "serviceNam"; did you mean "serviceName"?',
    );
  });
});
