import { createServer } from 'node:http';
import express from 'express';
import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { type MonitoredApp, setupMonitoring } from '../../src/index.js';

const PATHS = ['/metrics', '/health', '/health/live', '/health/ready'];

/** Apps that refuse every request, each set up last of all. */
const guarded: Record<
  string,
  () => { app: MonitoredApp; listen(): Promise<string>; close(): unknown }
> = {
  express() {
    const app = express();
    app.use((_request, response) => {
      response.status(401).end();
    });
    const server = createServer(app);
    return { app, listen: () => listen(server), close: () => server.close() };
  },
  fastify() {
    const app = fastify();
    app.addHook('onRequest', async (_request, reply) => reply.code(401).send());
    return {
      app,
      listen: () => app.listen({ port: 0, host: '127.0.0.1' }),
      close: () => app.close(),
    };
  },
  node() {
    const server = createServer((_request, response) => {
      response.statusCode = 401;
      response.end();
    });
    return { app: server, listen: () => listen(server), close: () => server.close() };
  },
};

function listen(server: ReturnType<typeof createServer>): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
    });
  });
}

describe('the endpoints', () => {
  it.each(Object.keys(guarded))('answer before whatever guards a service on %s', async (name) => {
    const built = guarded[name]?.();
    if (built === undefined) throw new Error(name);
    const monitoring = setupMonitoring(built.app, { logs: false });
    const base = await built.listen();
    const statusOf = async (path: string) =>
      (await fetch(base + path, { headers: { connection: 'close' } })).status;
    expect(await Promise.all(PATHS.map(statusOf))).toEqual([200, 200, 200, 200]);
    expect(await statusOf('/anything')).toBe(401);
    await monitoring.shutdown();
    await built.close();
  });

  it('answer what is injected into Fastify, whose other requests are counted', async () => {
    const app = fastify();
    const monitoring = setupMonitoring(app, { logs: false });
    app.addHook('onRequest', async (_request, reply) => reply.code(401).send());
    app.get('/users/:id', () => 'never reached');
    for (const url of PATHS) {
      expect((await app.inject({ url })).statusCode).toBe(200);
    }
    expect((await app.inject({ url: '/users/1' })).statusCode).toBe(401);
    expect(await monitoring.metrics.text()).toContain(
      'http_requests_total{method="GET",route="/users/:id",status="401"} 1',
    );
    await app.close();
  });
});
