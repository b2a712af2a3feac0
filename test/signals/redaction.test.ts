import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import fastify from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type MonitoredApp, type Monitoring, operation, setupMonitoring } from '../../src/index.js';
import { createSpanMemory } from '../support/span-memory.js';
import { until } from '../support/until.js';

const SECRETS = {
  query: 'secret-of-the-query',
  header: 'secret-of-the-header',
  cookie: 'secret-of-the-cookie',
  error: 'secret-of-the-error',
  nested: 'secret-of-the-nested-object',
  connection: 'secret-of-the-connection-string',
  bound: 'secret-of-the-bound-attribute',
};
const ADDRESS = `postgres://shop:${SECRETS.connection}@db.internal:5432/shop`;
const LINK = `https://shop.example/orders/7?access_token=${SECRETS.query}&page=2`;

/** An error that has every secret in every place where errors have texts. */
function leakyError(): Error {
  const root = Object.assign(new Error(`authorization: Bearer ${SECRETS.header}`), {
    config: { headers: { Authorization: `Bearer ${SECRETS.header}`, accept: '*/*' }, url: LINK },
    sent: `POST / HTTP/1.1\r\nCookie: session=${SECRETS.cookie}\r\nX-Api-Key: ${SECRETS.header}`,
  });
  const parts = new AggregateError(
    [new Error(`password=${SECRETS.error}`), new Error(`no route to ${ADDRESS}`)],
    `{"password":"${SECRETS.error}"}`,
    { cause: root },
  );
  return Object.assign(new Error(`connect ${ADDRESS} failed`, { cause: parts }), {
    detail: `token: ${SECRETS.error}`,
    options: { user: { password: SECRETS.nested }, connectionString: ADDRESS },
  });
}

const job = operation('job.run', { labels: ['kind'] });

/** What a careless application does while it serves a request. */
function leak({ logger, observe, trace, tracer }: Monitoring, request: IncomingMessage): void {
  const { headers } = request;
  logger.info(request, 'the request');
  logger.info({ headers, rawHeaders: request.rawHeaders, url: request.url }, 'its parts');
  logger.info({ deep: { list: [{ user: { password: SECRETS.nested } }] }, dsn: ADDRESS }, 'nested');
  logger.info(`connecting to ${ADDRESS}, see ${LINK}`);
  logger.error(leakyError());
  logger.error({ err: leakyError(), other: leakyError(), target: new URL(ADDRESS) }, 'failed');
  const child = logger.child({ api_key: SECRETS.bound, db: { url: ADDRESS } });
  child.setBindings({ session_token: SECRETS.bound });
  child.warn('of a child');
  const attributes = { api_key: SECRETS.bound, 'url.full': LINK, 'db.address': ADDRESS };
  for (const work of [
    () =>
      observe(job, { labels: { kind: 'leaky' }, attributes }, () => {
        throw leakyError();
      }),
    () =>
      trace('leaky work', { attributes }, (span) => {
        span.setAttributes({
          'url.query': `token=${SECRETS.query}`,
          'http.request.header.cookie': [`session=${SECRETS.cookie}`],
          'http.request.header.authorization': `Bearer ${SECRETS.header}`,
        });
        span.addEvent('connecting', { to: ADDRESS, password: SECRETS.nested });
        throw leakyError();
      }),
  ]) {
    expect(work).toThrow('connect postgres');
  }
  const span = tracer.startSpan('by hand', { attributes });
  span.recordException(leakyError());
  span.setStatus({ code: 2, message: `password=${SECRETS.error}` });
  span.end();
}

interface Framework {
  build(): {
    app: MonitoredApp;
    serve(monitoring: Monitoring): Promise<string>;
    close(): unknown;
  };
}

const FRAMEWORKS: Record<string, Framework> = {
  express: {
    build() {
      const app = express().set('env', 'test');
      let close = (): void => {};
      return {
        app,
        close: () => close(),
        serve(monitoring) {
          app.get('/orders/:id', (request) => {
            leak(monitoring, request);
            throw leakyError();
          });
          return new Promise((resolve) => {
            const server = app.listen(0, '127.0.0.1', () =>
              resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
            );
            close = () => {
              server.close();
              server.closeAllConnections();
            };
          });
        },
      };
    },
  },
  fastify: {
    build() {
      const app = fastify();
      return {
        app,
        close: () => app.close(),
        serve(monitoring) {
          app.get('/orders/:id', async (request) => {
            leak(monitoring, request.raw);
            throw leakyError();
          });
          return app.listen({ port: 0, host: '127.0.0.1' });
        },
      };
    },
  },
  node: {
    build() {
      const server = createServer();
      return {
        app: server,
        close() {
          server.close();
          server.closeAllConnections();
        },
        serve(monitoring) {
          server.on('request', (request, response) => {
            if (request.url?.startsWith('/orders')) leak(monitoring, request);
            response.statusCode = 500;
            response.end();
          });
          return new Promise((resolve) => {
            server.listen(0, '127.0.0.1', () =>
              resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
            );
          });
        },
      };
    },
  },
};

describe.each(Object.entries(FRAMEWORKS))('seven secrets planted in %s', (kind, framework) => {
  it('appear in no line, metric or span', async () => {
    const built = framework.build();
    onTestFinished(() => void built.close());
    const texts: string[] = [];
    const memory = createSpanMemory();
    const monitoring = setupMonitoring(built.app, {
      logs: { destination: { write: (text: string) => texts.push(text) } },
      traces: { exporter: memory },
      requests: {
        labels: {
          plan() {
            throw leakyError();
          },
        },
      },
    });
    const base = await built.serve(monitoring);
    const headers = {
      authorization: `Bearer ${SECRETS.header}`,
      'x-api-key': SECRETS.header,
      cookie: `session=${SECRETS.cookie}`,
    };
    await (await fetch(`${base}/orders/7?token=${SECRETS.query}`, { headers })).text();
    const target = encodeURIComponent(ADDRESS);
    await (await fetch(`${base}/proxy/${ADDRESS}?next=${target}`)).text();
    await until(
      () => texts.filter((text) => text.includes('request completed')).length === 2,
      'both requests are told of',
    );
    const metrics = await (await fetch(`${base}/metrics`)).text();
    await monitoring.shutdown();

    const spans = memory.spans.map(({ name, attributes, events, links, status, resource }) =>
      JSON.stringify([name, attributes, events, links, status, resource.attributes]),
    );
    const lines = texts.map((text) => JSON.parse(text));
    for (const secret of Object.values(SECRETS)) {
      for (const text of [...texts, metrics, ...spans]) expect(text).not.toContain(secret);
    }

    // What was to be looked at was there, and the rest of it still is.
    const told = lines.map(({ msg }) => msg);
    expect(told).toEqual(
      expect.arrayContaining(['the request', 'its parts', 'nested', 'failed', 'of a child']),
    );
    expect(told).toContain(
      'connecting to postgres://[redacted]@db.internal:5432/shop, ' +
        'see https://shop.example/orders/7?access_token=[redacted]&page=2',
    );
    expect(told).toContain('telltale: requests.labels.plan failed; the service goes on');
    const failed = lines.find(({ msg }) => msg === 'failed');
    expect(failed.err).toMatchObject({
      type: 'Error',
      message: expect.stringContaining(
        'connect postgres://[redacted]@db.internal:5432/shop failed',
      ),
      detail: 'token: [redacted]',
      options: { user: { password: '[redacted]' } },
    });
    expect(failed.err.stack).toContain('redaction.test.ts');
    expect(failed.target).toBe('postgres://[redacted]@db.internal:5432/shop');
    expect(lines.find(({ operation: type }) => type === 'job.run')).toMatchObject({
      level: 50,
      api_key: '[redacted]',
      'db.address': 'postgres://[redacted]@db.internal:5432/shop',
      err: { type: 'Error' },
    });
    expect(lines.find(({ path }) => path?.startsWith('/proxy')).path).toBe(
      '/proxy/postgres://[redacted]@db.internal:5432/shop',
    );
    for (const name of ['job.run', 'leaky work', 'by hand']) {
      const { events, status } = memory.named(name);
      expect(events.at(-1)?.attributes?.['exception.stacktrace']).toContain('redaction.test.ts');
      expect(status.message).toContain('[redacted]');
    }
    expect(memory.named('leaky work').attributes).toMatchObject({
      'url.full': 'https://shop.example/orders/7?access_token=[redacted]&page=2',
      'url.query': 'token=[redacted]',
      'http.request.header.cookie': '[redacted]',
    });
    if (kind === 'node') return;
    const request = lines.find(({ route }) => route === '/orders/:id');
    expect(request.err.message).toContain('connect postgres://[redacted]@db.internal:5432/shop');
    expect(memory.named('GET /orders/:id').events).toHaveLength(1);
  });
});
