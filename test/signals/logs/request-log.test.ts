import { AsyncResource } from 'node:async_hooks';
import { createServer, IncomingMessage, type Server } from 'node:http';
import expressFive from 'express';
import express4 from 'express4';
import type { Logger } from 'pino';
import { pino } from 'pino';
import { pinoHttp } from 'pino-http';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createMonitoring,
  type Monitoring,
  type MonitoringOptions,
  setupMonitoring,
} from '../../../src/index.js';
import { createLogSink } from '../../support/log-sink.js';
import { until } from '../../support/until.js';

type Logged = IncomingMessage & { log: Logger };
type Answer = { end(text?: string): void };

const outside = new AsyncResource('outside');

const KINDS = {
  'express 5': () => expressApp(expressFive),
  'express 4': () => expressApp(express4 as unknown as typeof expressFive),
  'node http': nodeApp,
};

interface Built {
  readonly app: never;
  handle(handler: (request: Logged, response: Answer) => void): void;
  listen(): Promise<Server>;
}

function expressApp(express: typeof expressFive): Built {
  const app = express();
  return {
    app: app as never,
    handle(handler) {
      const router = express.Router();
      const mounted = express();
      router.get('/:id', (request, response) => handler(request as never, response));
      mounted.use('/inner', router);
      app.use('/outer', mounted);
    },
    listen: () => listening(createServer(app)),
  };
}

function nodeApp(): Built {
  const server = createServer();
  return {
    app: server as never,
    handle: (handler) => void server.on('request', handler as never),
    listen: () => listening(server),
  };
}

async function listening(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1');
  await until(() => server.listening, 'it listens');
  servers.push(server);
  return server;
}

const servers: Server[] = [];
const monitorings: Monitoring[] = [];

afterEach(async () => {
  for (const monitoring of monitorings.splice(0)) await monitoring.shutdown();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  expect('log' in IncomingMessage.prototype).toBe(false);
});

function monitor(app: never, options: MonitoringOptions): Monitoring {
  const monitoring = setupMonitoring(app, options);
  monitorings.push(monitoring);
  return monitoring;
}

async function get(server: Server, path = '/outer/inner/7'): Promise<string> {
  const { port } = server.address() as { port: number };
  return await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
}

describe.each(Object.entries(KINDS))('req.log on %s', (_, build) => {
  it('carries the request’s ids and bound fields, in its context and out of it', async () => {
    const texts: string[] = [];
    const built = build();
    const monitoring = monitor(built.app, {
      logs: { destination: { write: (text: string) => texts.push(text) } },
    });
    let late = (): void => {};
    built.handle((request, response) => {
      expect(request.log).toBe(request.log);
      request.log.info('within');
      monitoring.bind({ tenant: request.url });
      request.log.child({ child: 1 }).info('child');
      outside.runInAsyncScope(() => {
        request.log.info('lost');
        monitoring.logger.info('lost altogether');
      });
      monitoring.trace('span', () => request.log.info('in a span'));
      late = () => outside.runInAsyncScope(() => request.log.info('late'));
      response.end();
    });
    const server = await built.listen();
    await Promise.all([get(server), get(server), get(server)]);
    await until(() => texts.length === 18, 'the lines are there');
    late();
    const lines = texts.map((text) => JSON.parse(text));
    const requests = lines.filter(({ msg }) => msg === 'request completed');
    expect(new Set(requests.map(({ request_id }) => request_id)).size).toBe(3);
    for (const { request_id, trace_id, span_id, tenant } of requests) {
      const own = lines.filter((line) => line.request_id === request_id);
      const names = own.map(({ msg }) => msg).filter((msg) => msg !== 'late');
      expect(names).toEqual(['within', 'child', 'lost', 'in a span', 'request completed']);
      for (const line of own) {
        expect(line.trace_id).toBe(trace_id);
        expect(line.span_id === span_id).toBe(line.msg !== 'in a span');
        expect(line.tenant).toBe(line.msg === 'within' ? undefined : tenant);
      }
    }
    expect(lines.at(-1)).toMatchObject({ msg: 'late', trace_id: requests.at(-1).trace_id });
    expect(lines.find(({ msg }) => msg === 'lost altogether')).not.toHaveProperty('trace_id');
    for (const text of texts) {
      for (const key of ['request_id', 'trace_id', 'tenant', 'pid']) {
        expect(text.split(`"${key}":`).length).toBeLessThan(3);
      }
    }
  });

  it('is on a prototype: nothing is on the request, and nothing is left at the end', async () => {
    const built = build();
    const monitoring = monitor(built.app, { logs: { destination: createLogSink() } });
    let seen: unknown[] = [];
    built.handle((request, response) => {
      const before = Reflect.ownKeys(request).length;
      request.log?.info('line');
      const listed: string[] = [];
      for (const key in request) listed.push(key);
      seen = [Reflect.ownKeys(request).length - before, listed.includes('log'), 'log' in request];
      response.end();
    });
    const server = await built.listen();
    await get(server);
    expect(seen).toEqual([0, false, true]);
    await monitoring.shutdown();
    await get(server);
    expect(seen).toEqual([0, false, false]);
  });

  it('is still the request’s after its response, where it was asked for or the context is', async () => {
    const sink = createLogSink();
    const built = build();
    monitor(built.app, { logs: { destination: sink } });
    const late: (() => void)[] = [];
    built.handle((request, response) => {
      const lost = (fn: () => void) => outside.runInAsyncScope(fn);
      const kept = AsyncResource.bind(() => request.log.info('in context'));
      const never = request.url?.includes('never');
      if (never) late.push(() => lost(() => request.log.info('never asked for')));
      else
        late.push(
          () => lost(kept),
          () => lost(() => request.log.info('known by then')),
        );
      response.end();
    });
    const server = await built.listen();
    await get(server);
    await get(server, '/outer/inner/never');
    await until(() => sink.requests().length === 2, 'the lines are there');
    const [request] = sink.requests();
    for (const write of late) write();
    expect(sink.lines.slice(2).map(({ msg, request_id }) => [msg, request_id])).toEqual([
      ['in context', request?.request_id],
      ['known by then', request?.request_id],
      ['never asked for', undefined],
    ]);
  });

  it('can be assigned, as pino-http does', async () => {
    const [sink, theirs] = [createLogSink(), createLogSink()];
    const built = build();
    monitor(built.app, { logs: { destination: sink } });
    const http = pinoHttp({ autoLogging: false }, theirs as never);
    built.handle((request, response) => {
      http(request, response as never);
      request.log.info('theirs');
      expect(Object.getOwnPropertyDescriptor(request, 'log')).toMatchObject({
        enumerable: true,
        writable: true,
      });
      response.end();
    });
    await get(await built.listen());
    await until(() => sink.requests().length === 1, 'the line is there');
    expect(theirs.lines.map(({ msg }) => msg)).toEqual(['theirs']);
    expect(sink.lines).toHaveLength(1);
  });

  it('is there for requests that are ignored, and where logs are off', async () => {
    const sink = createLogSink();
    const built = build();
    const ignore = () => true;
    monitor(built.app, { logs: { destination: sink }, requests: { ignore } });
    built.handle((request, response) => {
      request.log.info('ignored');
      response.end();
    });
    await get(await built.listen());
    expect(sink.lines).toMatchObject([{ msg: 'ignored' }]);
    expect(sink.lines[0]).not.toHaveProperty('request_id');
    const silent = build();
    monitor(silent.app, { logs: false });
    silent.handle((request, response) => {
      request.log.info('nowhere');
      response.end('answered');
    });
    expect(await get(await silent.listen())).toBe('answered');
  });

  it('is of a logger that is the user’s own, too', async () => {
    const sink = createLogSink();
    const built = build();
    const logger = pino({ mixin: () => ({ mine: 1 }) }, sink);
    monitor(built.app, { logs: { logger } });
    built.handle((request, response) => {
      outside.runInAsyncScope(() => request.log.info({ password: 'p' }, 'lost'));
      response.end();
    });
    await get(await built.listen());
    await until(() => sink.requests().length === 1, 'the line is there');
    const [lost, request] = sink.lines;
    expect(lost).toMatchObject({
      mine: 1,
      request_id: request?.request_id,
      password: '[redacted]',
    });
    expect(request).toMatchObject({ mine: 1, status: 200 });
  });
});

describe('req.log', () => {
  it('leaves one of the application’s own alone', async () => {
    const app = expressFive();
    Object.defineProperty(app.request, 'log', { value: 'own', configurable: true });
    const monitoring = monitor(app as never, { logs: { destination: createLogSink() } });
    app.get('/', (request, response) => void response.end(String(request.log)));
    const server = await listening(createServer(app));
    expect(await get(server, '/')).toBe('own');
    await monitoring.shutdown();
    expect(await get(server, '/')).toBe('own');
  });

  it('is of the Monitoring whose request it is, in whatever order they end', async () => {
    const sinks = [createLogSink(), createLogSink()];
    const apps = sinks.map((sink) => {
      const built = nodeApp();
      const monitoring = monitor(built.app, { logs: { destination: sink } });
      built.handle((request, response) => {
        request.log?.info('own');
        response.end(typeof request.log);
      });
      return { built, monitoring };
    });
    const [first, second] = await Promise.all(apps.map(({ built }) => built.listen()));
    await get(first as Server);
    await get(second as Server);
    await until(() => sinks.every((sink) => sink.lines.length === 2), 'the lines are there');
    await apps[0]?.monitoring.shutdown();
    expect(await get(second as Server)).toBe('object');
    await until(() => sinks[1]?.lines.length === 4, 'the lines are there');
    await apps[1]?.monitoring.shutdown();
    expect(await get(second as Server)).toBe('undefined');
    for (const { lines } of sinks) {
      expect(lines[0]).toMatchObject({ msg: 'own', request_id: lines[1]?.request_id });
    }
  });

  it('is the same whether an app and its server are monitored or one of them', async () => {
    const sink = createLogSink();
    const app = expressFive();
    const server = createServer(app);
    const monitoring = createMonitoring({ logs: { destination: sink } });
    monitorings.push(monitoring);
    monitoring.attach(server);
    monitoring.attach(app as never);
    app.get('/', (request, response) => {
      request.log.info('own');
      response.end();
    });
    await get(await listening(server), '/');
    await until(() => sink.lines.length === 2, 'the lines are there');
    expect(sink.lines[0]?.request_id).toBe(sink.lines[1]?.request_id);
    await monitoring.shutdown();
    expect('log' in app.request).toBe(false);
  });
});
