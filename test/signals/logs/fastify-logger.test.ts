import { AsyncResource } from 'node:async_hooks';
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { loggerOptions } from '../../../src/fastify.js';
import { createMonitoring, type LogsOptions, type Monitoring } from '../../../src/index.js';
import { createLogSink, type LogSink } from '../../support/log-sink.js';
import { until } from '../../support/until.js';

const outside = new AsyncResource('outside');
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Built {
  app: FastifyInstance;
  monitoring: Monitoring;
  sink: LogSink;
  base: string;
  get(path: string): Promise<string>;
}

async function build(
  addRoutes: (app: FastifyInstance, monitoring: Monitoring) => void,
  logs: LogsOptions = {},
  options: FastifyServerOptions = {},
): Promise<Built> {
  const sink = createLogSink();
  const given = logs.logger === undefined ? { destination: sink } : {};
  const monitoring = createMonitoring({ logs: { ...logs, ...given } });
  const app: FastifyInstance = fastify({ ...loggerOptions(monitoring), ...options });
  monitoring.attach(app);
  monitoring.start();
  addRoutes(app, monitoring);
  const base = await app.listen({ port: 0, host: '127.0.0.1' });
  sink.lines.length = 0;
  closers.push(
    () => monitoring.shutdown(),
    () => app.close(),
  );
  return { app, monitoring, sink, base, get: async (path) => (await fetch(base + path)).text() };
}

describe('Fastify with telltale’s logger', () => {
  it('writes one line a request, whatever becomes of it, and warns of nothing', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warn);
    const { sink, get } = await build((app) => {
      app.get('/fine/:id', async () => 'fine');
      app.get('/thrown', async () => {
        throw new Error('thrown on purpose');
      });
    });
    for (const path of ['/fine/1', '/thrown', '/nope']) await get(path);
    await until(() => sink.lines.length >= 3, 'the lines are there');
    expect(sink.lines.map(({ status, route }) => [status, route])).toEqual([
      [200, '/fine/:id'],
      [500, '/thrown'],
      [404, 'unmatched'],
    ]);
    expect(sink.lines[1]?.err).toMatchObject({ message: 'thrown on purpose' });
    await new Promise(setImmediate);
    process.off('warning', warn);
    expect(warnings.map(({ name }) => name)).not.toContain('FastifyDeprecation');
  });

  it('has request.log and reply.log with the request’s own ids, also out of its context', async () => {
    const { sink, get, monitoring } = await build((app, own) => {
      app.get('/lines', async (request, reply) => {
        request.log.info({ order: 7 }, 'within');
        own.bind({ tenant: 'a' });
        outside.runInAsyncScope(() => request.log.warn('lost'));
        request.log.child({ child: 1 }).info('child');
        reply.log.info('reply');
        return '';
      });
    });
    await get('/lines');
    await until(() => sink.lines.length >= 5, 'the lines are there');
    const [within, lost, child, reply, request] = sink.lines;
    for (const line of [within, lost, child, reply]) {
      expect(line).toMatchObject({
        request_id: request?.request_id,
        trace_id: request?.trace_id,
        span_id: request?.span_id,
      });
      expect(line).not.toHaveProperty('reqId');
    }
    expect(within?.order).toBe(7);
    for (const line of [lost, child, reply, request]) expect(line?.tenant).toBe('a');
    expect(child?.child).toBe(1);
    expect(monitoring.logger.bindings()).not.toHaveProperty('child');
  });

  it.each<[string, FastifyServerOptions, Record<string, string>, object]>([
    ['differs', { genReqId: () => 'mine-1' }, {}, { request_id: 'client-1', reqId: 'mine-1' }],
    [
      'is another header',
      { requestIdHeader: 'x-correlation-id' },
      { 'x-correlation-id': 'theirs-1' },
      { request_id: 'client-1', reqId: 'theirs-1' },
    ],
    [
      'is the same',
      { requestIdHeader: 'x-request-id' },
      {},
      { request_id: 'client-1', reqId: undefined },
    ],
    ['is a number of Fastify’s own', {}, {}, { request_id: 'client-1', reqId: undefined }],
  ])('names request.id where it %s', async (_, options, headers, ids) => {
    const { sink, base } = await build(
      (app, own) => {
        app.get('/id', async (request) => {
          request.log.info('request.log');
          own.logger.info('logger');
          outside.runInAsyncScope(() => request.log.info('lost'));
          return request.id;
        });
      },
      {},
      options,
    );
    const answers = await Promise.all(
      [1, 2, 3].map(() =>
        fetch(`${base}/id`, { headers: { 'x-request-id': 'client-1', ...headers } }),
      ),
    );
    for (const answer of answers) await answer.text();
    await until(() => sink.lines.length >= 12, 'the lines are there');
    expect(sink.requests()).toHaveLength(3);
    for (const line of sink.lines) expect({ reqId: undefined, ...line }).toMatchObject(ids);
  });

  it('makes no pino child for a request', async () => {
    let children = 0;
    const { sink, get } = await build(
      (app) => {
        app.get('/plain', async (request) => {
          request.log.info('line');
          return '';
        });
      },
      { pino: { onChild: () => children++ } },
    );
    const before = children;
    for (let i = 0; i < 5; i++) await get('/plain');
    await until(() => sink.lines.length === 10, 'the lines are there');
    expect(children).toBe(before);
  });

  it('keeps a route’s logLevel and logSerializers', async () => {
    const { sink, get } = await build((app) => {
      app.get('/quiet', { logLevel: 'warn' }, async (request) => {
        request.log.info('too low');
        request.log.warn('written');
        return '';
      });
      app.get(
        '/serialized',
        { logSerializers: { user: (user: { name: string }) => user.name } },
        async (request) => {
          request.log.info({ user: { name: 'ann', age: 7 } }, 'serialized');
          return '';
        },
      );
    });
    await get('/quiet');
    await get('/serialized');
    await until(() => sink.lines.length >= 4, 'the lines are there');
    const [written, quiet, serialized, request] = sink.lines;
    expect([written, quiet]).toMatchObject([
      { msg: 'written', request_id: quiet?.request_id },
      { route: '/quiet' },
    ]);
    expect(serialized).toMatchObject({ user: 'ann', request_id: request?.request_id });
  });

  it('writes app.log, Fastify’s own serializers, and injected requests', async () => {
    const { app, sink } = await build((one) => {
      one.get('/injected', async (request) => {
        request.log.info({ req: request }, 'injected');
        return '';
      });
    });
    app.log.info('of the app');
    await app.inject('/injected');
    await until(() => sink.lines.length >= 3, 'the lines are there');
    const [own, injected, request] = sink.lines;
    expect(own).toMatchObject({ msg: 'of the app', service: expect.any(String) });
    expect(own).not.toHaveProperty('request_id');
    expect(injected).toMatchObject({
      req: { method: 'GET', url: '/injected' },
      request_id: request?.request_id,
    });
    expect(request).toMatchObject({ route: '/injected', status: 200 });
  });

  it('may be a logger of the user’s own', async () => {
    const sink = createLogSink();
    const { get } = await build(
      (app) => {
        app.get('/own', async (request) => {
          outside.runInAsyncScope(() => request.log.info({ token: 't' }, 'lost'));
          return '';
        });
      },
      { logger: pino({ mixin: () => ({ mine: 1 }) }, sink) },
    );
    sink.lines.length = 0;
    await get('/own');
    await until(() => sink.requests().length === 1, 'the line is there');
    const [lost, request] = sink.lines;
    expect(lost).toMatchObject({
      mine: 1,
      token: '[redacted]',
      request_id: request?.request_id,
      trace_id: request?.trace_id,
    });
  });
});
