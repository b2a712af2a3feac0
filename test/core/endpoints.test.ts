import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type MonitoringOptions, setupMonitoring } from '../../src/index.js';
import { freePort } from '../services/process.js';
import { until } from '../support/until.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function start(options: MonitoringOptions) {
  const server = createServer((_request, response) => {
    response.statusCode = 418;
    response.end();
  });
  const monitoring = setupMonitoring(server, { logs: false, ...options });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(
    () => server.close(),
    () => server.closeAllConnections(),
    monitoring.shutdown,
  );
  const base = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  return {
    monitoring,
    base,
    statusOf: async (url: string, headers = {}) => (await fetch(url, { headers })).status,
  };
}

describe('a guard', () => {
  it('asks for a token', async () => {
    const { base, statusOf } = await start({ endpoints: { token: 'let-me-in' } });
    const metrics = `${base}/metrics`;
    expect(await statusOf(metrics)).toBe(401);
    expect(await statusOf(metrics, { authorization: 'Bearer wrong' })).toBe(401);
    expect(await statusOf(metrics, { authorization: 'let-me-in' })).toBe(401);
    expect(await statusOf(metrics, { authorization: 'Bearer let-me-in' })).toBe(200);
    expect(await statusOf(metrics, { authorization: 'bearer  let-me-in' })).toBe(200);
    for (const path of ['/health', '/health/live']) {
      expect(await statusOf(base + path, { authorization: 'Bearer wrong' })).toBe(200);
    }
    const refused = await fetch(`${base}/metrics`);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect(await refused.text()).toBe('unauthorized\n');
  });

  it('asks the user, and takes nothing but true for yes', async () => {
    const answers: Record<string, () => unknown> = {
      yes: () => true,
      later: async () => true,
      no: () => false,
      truthy: () => 1,
      throws: () => {
        throw new Error('no');
      },
      rejects: () => Promise.reject(new Error('no')),
    };
    const { base, statusOf, monitoring } = await start({
      endpoints: {
        authorize: ({ headers, remoteAddress, path, method }) => {
          expect([remoteAddress, path, method]).toEqual(['127.0.0.1', '/metrics', 'GET']);
          return answers[String(headers['x-answer'])]?.() as boolean;
        },
      },
    });
    const statuses = await Promise.all(
      Object.keys(answers).map((answer) => statusOf(`${base}/metrics`, { 'x-answer': answer })),
    );
    expect(statuses).toEqual([200, 200, 403, 403, 403, 403]);
    expect(await monitoring.metrics.text()).toContain(
      'telltale_faults_total{part="endpoints.authorize"} 2',
    );
  });

  it('lets either a token or the user admit', async () => {
    const { base, statusOf } = await start({
      endpoints: { token: 't', authorize: ({ headers }) => headers['x-me'] === 'yes' },
    });
    expect(await statusOf(`${base}/metrics`)).toBe(401);
    expect(await statusOf(`${base}/metrics`, { 'x-me': 'yes' })).toBe(200);
    expect(await statusOf(`${base}/metrics`, { authorization: 'Bearer t' })).toBe(200);
  });
});

describe('a port of their own', () => {
  it('has the endpoints, and the application’s has them no more', async () => {
    const port = await freePort();
    const { base, statusOf, monitoring } = await start({ endpoints: { port } });
    const own = `http://127.0.0.1:${port}`;
    expect(await statusOf(`${own}/metrics?x`)).toBe(200);
    expect(await statusOf(`${own}/health/live`)).toBe(200);
    expect(await statusOf(`${own}/other`)).toBe(404);
    expect(await statusOf(`${base}/metrics`)).toBe(418);
    expect(await monitoring.metrics.text()).toContain('http_requests_total{');
    await monitoring.shutdown();
    await expect(statusOf(`${own}/metrics`)).rejects.toThrow();
  });

  it('survives what is thrown at it', async () => {
    const port = await freePort();
    const { statusOf } = await start({ endpoints: { port } });
    const rubbish = [
      'GET /metrics HTTP/9.9\r\n\r\n',
      '\u0000\u0001\u0002',
      'GET http://[::1 HTTP/1.1\r\nhost: x\r\n\r\n',
      `GET /metrics HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
      'POST /metrics HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello',
      'GET /metrics HTTP/1.1\r\n',
    ];
    for (const text of rubbish) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.end(text);
      socket.resume();
      await once(socket, 'close');
    }
    expect(await statusOf(`http://127.0.0.1:${port}/health`)).toBe(200);
  });

  it('that is taken is a fault and not a crash', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    cleanups.push(() => blocker.close());
    const { port } = blocker.address() as { port: number };
    const { monitoring } = await start({ endpoints: { port } });
    await until(
      async () =>
        (await monitoring.metrics.text()).includes('telltale_faults_total{part="endpoints"} 1'),
      'it is counted',
    );
  });
});
