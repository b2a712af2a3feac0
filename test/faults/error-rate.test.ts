import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { type ErrorRateCheck, errorRate } from '../../src/checks/error-rate.js';
import { type Monitoring, setupMonitoring } from '../../src/index.js';

/** A service whose `/fail` fails. */
interface Subject {
  readonly monitoring: Monitoring;
  readonly base: string;
}

const OPTIONS = {
  logs: false,
  health: { cacheFor: 0, checks: { disk: false, memory: false, eventLoop: false } },
} as const;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function subject(monitoring: Monitoring, server: Server): Promise<Subject> {
  if (!server.listening) await once(server, 'listening');
  closing.push(
    monitoring.shutdown,
    () => server.close(),
    () => server.closeAllConnections(),
  );
  const { port } = server.address() as AddressInfo;
  return { monitoring, base: `http://127.0.0.1:${port}` };
}

const KINDS: Record<string, () => Promise<Subject>> = {
  async express() {
    const app = express();
    const monitoring = setupMonitoring(app, OPTIONS);
    app.get('/ok', (_request, response) => void response.send('ok'));
    app.get('/fail', (_request, response) => void response.status(503).send('no'));
    return subject(monitoring, app.listen(0, '127.0.0.1'));
  },
  async fastify() {
    const app = fastify();
    const monitoring = setupMonitoring(app, OPTIONS);
    app.get('/ok', async () => 'ok');
    app.get('/fail', async (_request, reply) => reply.code(503).send('no'));
    await app.listen({ port: 0, host: '127.0.0.1' });
    return subject(monitoring, app.server);
  },
  async node() {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/fail' ? 503 : request.url === '/ok' ? 200 : 404;
      response.end();
    });
    const monitoring = setupMonitoring(server, OPTIONS);
    server.listen(0, '127.0.0.1');
    return subject(monitoring, server);
  },
};

async function askTimes(times: number, url: string): Promise<void> {
  for (let i = 0; i < times; i++) await (await fetch(url)).arrayBuffer();
}

async function ready(base: string) {
  const response = await fetch(`${base}/health/ready`);
  const { checks } = (await response.json()) as { checks: Record<string, unknown> };
  return { status: response.status, errors: checks.errors };
}

/** How many requests the check has been told of. */
async function counted(check: ErrorRateCheck): Promise<unknown> {
  const result = await check(new AbortController().signal);
  return typeof result === 'object' ? result.details?.requests : undefined;
}

describe.each(Object.keys(KINDS))('the error rate of a service of %s', (kind) => {
  const start = KINDS[kind] as () => Promise<Subject>;

  it('counts its requests, and nothing that telltale answers', async () => {
    const { monitoring, base } = await start();
    monitoring.health.register('errors', errorRate({ warn: 10, fail: 50 }));
    await askTimes(27, `${base}/ok`);
    await askTimes(3, `${base}/nowhere`);
    await askTimes(5, `${base}/health`);
    expect(await ready(base)).toMatchObject({
      status: 200,
      errors: { status: 'healthy', requests: 30, percent_failed: 0 },
    });
    await askTimes(10, `${base}/fail`);
    expect(await ready(base)).toMatchObject({
      status: 200,
      errors: { status: 'degraded', requests: 40, percent_failed: 25, errors_per_minute: 10 },
    });
    await askTimes(20, `${base}/fail`);
    expect(await ready(base)).toMatchObject({
      status: 503,
      errors: { status: 'unhealthy', class: 'error', requests: 60, percent_failed: 50 },
    });
  });

  it('is told no more once it is unregistered, and told again when it comes back', async () => {
    const { monitoring, base } = await start();
    const check = errorRate();
    monitoring.health.register('errors', check);
    await askTimes(4, `${base}/ok`);
    expect(await counted(check)).toBe(4);
    monitoring.health.unregister('errors');
    await askTimes(4, `${base}/ok`);
    expect(await counted(check)).toBe(4);
    expect((await ready(base)).errors).toBeUndefined();
    monitoring.health.register('errors', check);
    await askTimes(4, `${base}/ok`);
    expect(await counted(check)).toBe(8);
  });

  it('is told no more after shutdown', async () => {
    const { monitoring, base } = await start();
    const check = errorRate();
    monitoring.health.register('errors', check);
    await askTimes(4, `${base}/ok`);
    await monitoring.shutdown();
    await askTimes(4, `${base}/ok`);
    expect(await counted(check)).toBe(4);
  });
});

it('two services of one process have their own', async () => {
  const [one, other] = [await KINDS.node?.(), await KINDS.express?.()] as [Subject, Subject];
  for (const { monitoring } of [one, other]) monitoring.health.register('errors', errorRate());
  await askTimes(3, `${one.base}/fail`);
  await askTimes(5, `${other.base}/ok`);
  expect((await ready(one.base)).errors).toMatchObject({ requests: 3, percent_failed: 100 });
  expect((await ready(other.base)).errors).toMatchObject({ requests: 5, percent_failed: 0 });
});
