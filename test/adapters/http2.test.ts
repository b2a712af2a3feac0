import { once } from 'node:events';
import { type ClientHttp2Session, connect, createServer, type Http2Server } from 'node:http2';
import fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { type Monitoring, setupMonitoring } from '../../src/index.js';
import { createLogSink } from '../support/log-sink.js';
import { samplesOf, total } from '../support/samples.js';
import { until } from '../support/until.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function start(server: Http2Server, options = {}) {
  const sink = createLogSink();
  const monitoring = setupMonitoring(server, {
    logs: { destination: sink },
    requests: { route: ({ url }) => (url?.startsWith('/users/') ? '/users/:id' : undefined) },
    ...options,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = connect(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
  session.on('error', () => {});
  cleanups.push(
    () => monitoring.shutdown(),
    () => server.close(),
    () => session.destroy(),
  );
  return { session, sink, monitoring };
}

async function get(session: ClientHttp2Session, path: string, method = 'GET') {
  const stream = session.request({ ':path': path, ':method': method });
  stream.end();
  let body = '';
  stream.setEncoding('utf8').on('data', (text) => {
    body += text;
  });
  const [headers] = await once(stream, 'response');
  if (!stream.readableEnded) await once(stream, 'end');
  return { status: headers[':status'], body, headers };
}

/** The same service in both styles of Node's API. */
const styles: Record<string, () => Http2Server> = {
  compat: () =>
    createServer((request, response) => {
      if (request.url === '/never') return;
      response.statusCode = request.url?.startsWith('/users/') ? 200 : 404;
      response.end('hello');
    }),
  stream: () => {
    const server = createServer();
    server.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      if (headers[':path'] === '/never') return;
      stream.respond({ ':status': String(headers[':path']).startsWith('/users/') ? 200 : 404 });
      stream.end('hello');
    });
    return server;
  },
};

async function metricsOf(monitoring: Monitoring): Promise<string> {
  return monitoring.metrics.text();
}

describe.each(Object.entries(styles))('HTTP/2, %s style', (_, build) => {
  it('is counted once, under its route', async () => {
    const { session, sink, monitoring } = await start(build());
    for (const path of ['/users/1', '/users/2', '/nope']) {
      expect((await get(session, path)).body).toBe('hello');
    }
    await until(() => sink.requests().length === 3, 'three lines');
    expect(
      samplesOf(await metricsOf(monitoring), 'http_requests_total').map(
        ({ labels, value }) => `${labels.method} ${labels.route} ${labels.status} ${value}`,
      ),
    ).toEqual(['GET /users/:id 200 2', 'GET unmatched 404 1']);
    expect(sink.requests()[0]).toMatchObject({ path: '/users/1', client_address: '127.0.0.1' });
  });

  it('has its endpoints', async () => {
    const { session, monitoring } = await start(build());
    const metrics = await get(session, '/metrics?x');
    expect([metrics.status, metrics.headers['cache-control']]).toEqual([200, 'no-store']);
    expect(metrics.body).toContain('app_build_info');
    expect(await get(session, '/health', 'HEAD')).toMatchObject({ status: 200, body: '' });
    expect(total(await metricsOf(monitoring), 'http_requests_total')).toBe(0);
  });

  it('knows a reset stream for what it is', async () => {
    const { session, sink, monitoring } = await start(build());
    const stream = session.request({ ':path': '/never' });
    stream.on('error', () => {});
    stream.end();
    const running = async () => total(await metricsOf(monitoring), 'http_requests_in_progress');
    await until(async () => (await running()) === 1, 'it runs');
    stream.close(8);
    await until(() => sink.requests().length === 1, 'its line');
    expect(sink.requests()[0]).toMatchObject({ status: 499, aborted: true });
    expect(await running()).toBe(0);
  });

  it('ends what a lost session leaves', async () => {
    const { session, sink } = await start(build());
    for (let i = 0; i < 5; i++) {
      const stream = session.request({ ':path': '/never' });
      stream.on('error', () => {});
      stream.end();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    session.destroy();
    await until(() => sink.requests().length === 5, 'five lines');
    expect(sink.requests().every(({ status }) => status === 499)).toBe(true);
  });
});

describe('HTTP/2 in Fastify', () => {
  it('is counted once, under Fastify’s route', async () => {
    const app = fastify({ http2: true });
    const monitoring = setupMonitoring(app as never, { logs: false });
    app.get('/users/:id', async () => 'hello');
    await app.listen({ port: 0, host: '127.0.0.1' });
    const session = connect(`http://127.0.0.1:${(app.server.address() as { port: number }).port}`);
    expect((await get(session, '/users/1')).body).toBe('hello');
    expect((await get(session, '/health')).status).toBe(200);
    session.destroy();
    await until(
      async () => total(await metricsOf(monitoring), 'http_requests_total') === 1,
      'it is counted',
    );
    expect(samplesOf(await metricsOf(monitoring), 'http_requests_total')[0]?.labels.route).toBe(
      '/users/:id',
    );
    await app.close();
    await monitoring.shutdown();
  });
});

describe('a server of node:net', () => {
  it('is refused', async () => {
    const { createServer: createNetServer } = await import('node:net');
    expect(() => setupMonitoring(createNetServer() as never)).toThrow('got an object of Server');
  });
});
