import { AsyncResource } from 'node:async_hooks';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import expressFive from 'express';
import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import {
  createMonitoring,
  type LogsOptions,
  type Monitoring,
  operation,
  setupMonitoring,
} from '../../../src/index.js';
import { createLogSink, type LogSink } from '../../support/log-sink.js';
import { until } from '../../support/until.js';

type Handler = (user: string | undefined) => Promise<void> | void;

/** An app of each kind that hands `?user=` to `handler` and answers. */
const APPS = {
  async express(monitor: (app: never) => void, handler: Handler) {
    const app = expressFive();
    monitor(app as never);
    app.get('/:any', async (request, response) => {
      await handler(String(request.query.user));
      response.end();
    });
    const server = app.listen(0, '127.0.0.1');
    await until(() => server.listening, 'it listens');
    return server;
  },
  async fastify(monitor: (app: never) => void, handler: Handler) {
    const app = fastify();
    monitor(app as never);
    app.get('/:any', async (request) => {
      await handler((request.query as { user: string }).user);
      return '';
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    return app.server;
  },
  async node(monitor: (app: never) => void, handler: Handler) {
    const server = createServer(async (request, response) => {
      await handler(new URL(request.url ?? '', 'http://localhost').searchParams.get('user') ?? '');
      response.end();
    });
    monitor(server as never);
    server.listen(0, '127.0.0.1');
    await until(() => server.listening, 'it listens');
    return server;
  },
};

interface Served {
  monitoring: Monitoring;
  sink: LogSink;
  get(user?: string): Promise<void>;
  close(): Promise<void>;
}

async function serve(
  kind: keyof typeof APPS,
  handler: (monitoring: Monitoring, user: string | undefined) => Promise<void> | void,
  logs: LogsOptions = {},
): Promise<Served> {
  const sink = createLogSink();
  let monitoring = undefined as unknown as Monitoring;
  const server = await APPS[kind](
    (app) => {
      monitoring = setupMonitoring(app, { logs: { level: 'debug', ...logs, destination: sink } });
    },
    (user) => handler(monitoring, user),
  );
  const { port } = server.address() as { port: number };
  return {
    monitoring,
    sink,
    get: async (user = '') => {
      await (await fetch(`http://127.0.0.1:${port}/a?user=${user}`)).text();
    },
    async close() {
      await monitoring.shutdown();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const step = operation('bind.step');

describe('bind', () => {
  it.each(['express', 'fastify', 'node'] as const)(
    'adds to every later line of its request and of no other, on %s',
    async (kind) => {
      const served = await serve(kind, async (monitoring, user) => {
        monitoring.logger.info({ user }, 'before');
        if (user !== 'none') monitoring.bind({ user_id: user });
        await sleep(Math.random() * 20);
        monitoring.logger.info({ user }, 'after');
      });
      const users = Array.from({ length: 50 }, (_, i) => (i % 5 === 0 ? 'none' : `u${i}`));
      await Promise.all(users.map((user) => served.get(user)));
      await until(() => served.sink.requests().length === 50, 'the lines are there');
      const { lines } = served.sink;
      for (const line of lines.filter(({ msg }) => msg === 'before')) {
        expect(line).not.toHaveProperty('user_id');
        const of = lines.filter(({ request_id }) => request_id === line.request_id);
        const bound = line.user === 'none' ? undefined : line.user;
        expect(of.slice(1).map(({ user_id }) => user_id)).toEqual([bound, bound]);
        expect(of.at(-1)?.msg).toBe('request completed');
      }
      await served.close();
    },
  );

  it('inside an operation is for it and what runs in it', async () => {
    const served = await serve('express', (monitoring) => {
      monitoring.bind({ tenant: 'a', attempt: 0 });
      monitoring.observe(step, {}, () => {
        monitoring.bind({ attempt: 1, query: 'q' });
        monitoring.observe(step, {}, () => monitoring.logger.info('inner'));
      });
      monitoring.logger.info('outer');
    });
    await served.get();
    await until(() => served.sink.requests().length === 1, 'the line is there');
    const [inner, innerWork, work, outer, request] = served.sink.lines;
    for (const line of [inner, innerWork, work]) {
      expect(line).toMatchObject({ tenant: 'a', attempt: 1, query: 'q' });
    }
    for (const line of [outer, request]) {
      expect(line).toMatchObject({ tenant: 'a', attempt: 0 });
      expect(line).not.toHaveProperty('query');
    }
    await served.close();
  });

  it('takes an outer field back for the operation in which it is bound to undefined', async () => {
    const served = await serve('express', (monitoring) => {
      const { bind, observe, logger } = monitoring;
      bind({ user_id: 1, tenant: 'a' });
      observe(step, {}, () => {
        bind({ user_id: undefined, query: 'q', never: undefined });
        logger.info('taken back');
        observe(step, {}, () => logger.info('below'));
        observe(step, {}, () => {
          bind({ user_id: 2 });
          logger.info('again');
        });
        monitoring.captureError(new Error('m'));
        bind({ user_id: 3 });
        logger.info('anew');
        bind({ user_id: undefined });
      });
      logger.info('outside');
    });
    await served.get();
    await until(() => served.sink.requests().length === 1, 'the line is there');
    const { lines } = served.sink;
    expect(lines.map(({ msg, user_id }) => [msg, user_id])).toEqual([
      ['taken back', undefined],
      ['below', undefined],
      ['bind.step', undefined],
      ['again', 2],
      ['bind.step', 2],
      ['error captured', undefined],
      ['anew', 3],
      ['bind.step', undefined],
      ['outside', 1],
      ['request completed', 1],
    ]);
    for (const line of lines) expect(line).not.toHaveProperty('never');
    for (const line of lines) expect(line.tenant).toBe('a');
    expect(lines.find(({ msg }) => msg === 'error captured')).not.toHaveProperty('user');
    expect(served.monitoring.errors.groups()).toHaveLength(1);
    await served.close();
  });

  it('can take back all 32 fields that are bound outside, and bind as many instead', async () => {
    const names = Array.from({ length: 32 }, (_, i) => `f${i}`);
    const all = (value: unknown, prefix = '') =>
      Object.fromEntries(names.map((name) => [prefix + name, value]));
    const served = await serve('express', ({ bind, observe, logger }) => {
      bind(all(1));
      observe(step, {}, () => {
        bind(all(undefined));
        bind(all(2, 'own_'));
        logger.info('inside');
      });
    });
    await served.get();
    await until(() => served.sink.requests().length === 1, 'the line is there');
    expect(served.sink.lines[0]).toMatchObject(all(2, 'own_'));
    for (const name of names) expect(served.sink.lines[0]).not.toHaveProperty(name);
    expect(served.sink.requests()[0]).toMatchObject(all(1));
    expect(await served.monitoring.metrics.text()).not.toContain('part="bind"');
    await served.close();
  });

  it.each([
    ['a text', 'abc'],
    ['a list', ['abc']],
    ['a Map', new Map([['a', 1]])],
    ['an error', Object.assign(new Error('m'), { a: 1 })],
    [
      'an instance of a class',
      new (class User {
        id = 1;
      })(),
    ],
    ['a function', Object.assign(() => {}, { a: 1 })],
    ['a number', 7],
    ['null', null],
    ['undefined', undefined],
  ])('takes no fields from %s, which is a fault', async (_, value) => {
    const served = await serve('node', ({ bind, logger }) => {
      bind({ tenant: 'a' });
      expect(() => bind(value as never)).not.toThrow();
      logger.info('own');
    });
    await served.get();
    await served.get();
    await until(() => served.sink.requests().length === 2, 'the lines are there');
    const { lines } = served.sink;
    const own = lines.filter(({ msg }) => msg === 'own');
    const common = ['level', 'time', 'pid', 'hostname', 'service', 'version', 'environment'];
    const others = [...common, 'request_id', 'trace_id', 'span_id', 'msg'];
    for (const line of own) {
      expect(line.tenant).toBe('a');
      const bound = Object.keys(line).filter((key) => !others.includes(key));
      expect(bound).toEqual(['tenant']);
    }
    // Each is counted, and the first is told of.
    expect(lines.filter(({ part }) => part === 'bind')).toMatchObject([
      { err: { message: expect.stringMatching(/^bind: expected an object of fields, got /) } },
    ]);
    expect(await served.monitoring.metrics.text()).toContain(
      'telltale_faults_total{part="bind"} 2',
    );
    await served.close();
  });

  it('takes fields without a prototype, and those of another realm', async () => {
    const served = await serve('node', ({ bind, logger }) => {
      bind(Object.assign(Object.create(null), { bare: 1 }));
      bind(runInNewContext('({ foreign: 1 })'));
      logger.info('own');
    });
    await served.get();
    await until(() => served.sink.requests().length === 1, 'the line is there');
    expect(served.sink.lines[0]).toMatchObject({ bare: 1, foreign: 1 });
    await served.close();
  });

  it('is redacted, cut, bounded, and cannot make a line unreadable', async () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    const served = await serve('express', (monitoring) => {
      monitoring.bind({
        password: 'hunter2',
        profile: { plan: 'gold', api_key: 'hunter2' },
        long: 'x'.repeat(1000),
        wide: { api_key: 'hunter2', text: 'y'.repeat(1000) },
        big: 12n,
        on: new Date(0),
        cycle,
        call: () => {},
        // Names that the line has anyway.
        status: 1,
        request_id: 'forged',
        pid: 1,
        msg: 'forged',
        level: 1,
      });
      monitoring.bind({ gone: 1 });
      monitoring.bind({ gone: undefined, on: 'later' });
      const hostile = {
        get boom() {
          throw new Error('no');
        },
      };
      expect(() => monitoring.bind(hostile)).not.toThrow();
      expect(() => monitoring.bind(undefined as never)).not.toThrow();
      monitoring.logger.info('own');
    });
    await served.get();
    await until(() => served.sink.requests().length === 1, 'the line is there');
    const written = served.sink.lines.filter(({ part }) => part === undefined);
    expect(written).toHaveLength(2);
    for (const line of written) {
      expect(line).toMatchObject({
        password: '[redacted]',
        profile: { plan: 'gold', api_key: '[redacted]' },
        long: `${'x'.repeat(256)}…`,
        big: '12',
        on: 'later',
        pid: process.pid,
        level: 30,
      });
      expect(String(line.wide)).toHaveLength(257);
      expect(line.request_id).not.toBe('forged');
      expect(line.msg).not.toBe('forged');
      for (const key of ['gone', 'call']) expect(line).not.toHaveProperty(key);
    }
    expect(written.map(({ status }) => status)).toEqual([1, 200]);
    expect(JSON.stringify(served.sink.lines)).not.toContain('hunter2');
    await served.close();
  });

  it('keeps 32 fields and counts that there were more', async () => {
    const served = await serve('express', (monitoring) => {
      for (let i = 0; i < 100; i++) monitoring.bind({ [`f${i}`]: i, again: i });
    });
    await served.get();
    await until(() => served.sink.requests().length === 1, 'the line is there');
    const request = served.sink.requests()[0] ?? {};
    expect(Object.keys(request).filter((key) => /^f\d+$/.test(key))).toHaveLength(31);
    expect(request).toMatchObject({ f0: 0, f30: 30, again: 99 });
    expect(await served.monitoring.metrics.text()).toMatch(
      /telltale_faults_total\{part="bind"\} [1-9]/,
    );
    await served.close();
  });

  it('does nothing outside of an operation', () => {
    const sink = createLogSink();
    const monitoring = createMonitoring({ logs: { destination: sink } });
    monitoring.bind({ user_id: 1 });
    monitoring.logger.info('outside');
    monitoring.observe(step, {}, () => monitoring.logger.info('inside'));
    for (const line of sink.lines) expect(line).not.toHaveProperty('user_id');
    createMonitoring({ logs: false }).bind({ user_id: 1 });
  });

  it('goes where the context goes, and is not kept by what is outside of it', async () => {
    const outside = new AsyncResource('outside');
    const served = await serve('node', async (monitoring) => {
      monitoring.bind({ user_id: 7 });
      await sleep(1);
      monitoring.logger.info('later');
      outside.runInAsyncScope(() => monitoring.logger.info('lost'));
    });
    await served.get();
    await until(() => served.sink.requests().length === 1, 'the line is there');
    const [later, lost] = served.sink.lines;
    expect(later?.user_id).toBe(7);
    expect(lost).not.toHaveProperty('user_id');
    await served.close();
  });
});
