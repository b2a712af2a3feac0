import { setTimeout as sleep } from 'node:timers/promises';
import fastify from 'fastify';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createMonitoring,
  type Monitoring,
  operation,
  setupMonitoring,
} from '../../../src/index.js';
import { createLogSink } from '../../support/log-sink.js';
import { SUBJECTS } from '../../support/subjects.js';
import { until } from '../../support/until.js';

const express = SUBJECTS[0] as (typeof SUBJECTS)[number];
const query = operation('db.query');

/** An Express service that logs at every level on `/orders/:id` and `/users/:id`. */
async function service(level = 'info', own = false) {
  const sink = createLogSink();
  const built = express.build();
  const logs = own
    ? { logger: pino({ level, base: null }, sink) }
    : { destination: sink, level: level as 'info' };
  const monitoring = setupMonitoring(built.app, { logs });
  const early = monitoring.logger.child({ child: 'early' });
  const app = built.app as unknown as { get(path: string, handler: unknown): void };
  const handler = (_request: unknown, response: { end(): void }) => {
    monitoring.logger.debug('own');
    early.debug('early');
    monitoring.logger.child({ child: 'late' }).debug('late');
    monitoring.observe(query, {}, () => {});
    response.end();
  };
  app.get('/orders/:id', handler);
  app.get('/users/:id', handler);
  const base = await built.listen();
  onTestFinished(async () => {
    await monitoring.shutdown();
    await built.close();
  });
  return {
    monitoring,
    sink,
    async ask(path: string): Promise<string[]> {
      const from = sink.lines.length;
      await (await fetch(base + path)).text();
      await sleep(30);
      return sink.lines.slice(from).map(({ msg }) => msg);
    },
  };
}

const ALL = ['own', 'early', 'late', 'db.query', 'request completed'];

describe('the level at run time', () => {
  it('is the logger’s, for lines of requests and of work as well', async () => {
    const { monitoring, ask } = await service();
    expect(await ask('/orders/1')).toEqual(['request completed']);
    monitoring.logger.level = 'debug';
    expect(await ask('/orders/1')).toEqual(ALL);
    monitoring.logger.level = 'error';
    expect(await ask('/orders/1')).toEqual([]);
  });
});

describe.each([
  ['telltale’s logger', false],
  ['a logger of the user’s', true],
])('a raise of %s', (_, own) => {
  it('is for the requests of its route, and for all that they do', async () => {
    const { monitoring, ask, sink } = await service('warn', own);
    const raise = monitoring.logLevel({ level: 'debug', for: '1m', route: 'GET /orders/:id' });
    expect(await ask('/orders/1')).toEqual(ALL);
    expect(await ask('/users/1')).toEqual([]);
    monitoring.logger.debug('outside of requests');
    expect(monitoring.logger.isLevelEnabled('debug')).toBe(false);
    expect(monitoring.logger.level).toBe('warn');
    expect(sink.lines.at(-1)?.msg).toBe('request completed');
    raise.end();
    raise.end();
    expect(await ask('/orders/1')).toEqual([]);
  });

  it('is everywhere without a route, and one of several', async () => {
    const { monitoring, ask, sink } = await service('warn', own);
    const everywhere = monitoring.logLevel({ level: 'info', for: 60_000 });
    using narrow = monitoring.logLevel({ level: 'trace', for: '1h', route: '/users/*' });
    expect(narrow.until.getTime()).toBeGreaterThan(Date.now() + 3_590_000);
    expect(await ask('/users/1')).toEqual(ALL);
    expect(await ask('/orders/1')).toEqual(['request completed']);
    monitoring.logger.info('outside');
    expect(monitoring.logger.isLevelEnabled('info')).toBe(true);
    expect(monitoring.logger.isLevelEnabled('debug')).toBe(false);
    expect(sink.lines.at(-1)?.msg).toBe('outside');
    everywhere.end();
    expect(await ask('/orders/1')).toEqual([]);
    expect(await ask('/users/1')).toEqual(ALL);
  });

  it('goes back by itself, and leaves the logger as it was', async () => {
    const { monitoring, ask } = await service('info', own);
    const { logger } = monitoring;
    const events: unknown[] = [];
    logger.on('level-change', (level) => events.push(level));
    const before = Reflect.ownKeys(logger).map((key) => [key, Reflect.get(logger, key)]);
    monitoring.logLevel({ level: 'debug', for: '0.1s' });
    expect(await ask('/orders/1')).toEqual(ALL);
    await until(async () => (await ask('/orders/1')).length === 1, 'it has gone back');
    expect(Reflect.ownKeys(logger).map((key) => [key, Reflect.get(logger, key)])).toEqual(before);
    expect(logger.debug).toBe(logger.silent);
    expect(events).toEqual([]);
  });

  it('outlives changes of the level, and ends with the service', async () => {
    const { monitoring, ask } = await service('info', own);
    monitoring.logLevel({ level: 'debug', for: '1m', route: '/orders/:id' });
    monitoring.logger.level = 'warn';
    expect(await ask('/orders/1')).toEqual(ALL);
    expect(await ask('/users/1')).toEqual([]);
    monitoring.logger.level = 'debug';
    expect(await ask('/users/1')).toEqual(ALL);
    monitoring.logger.level = 'info';
    await monitoring.shutdown();
    monitoring.logger.debug('after the end');
    expect(monitoring.logger.debug).toBe(monitoring.logger.silent);
  });
});

describe('a raise', () => {
  it('reaches children that are given a level while it lasts, as Fastify’s', async () => {
    const sink = createLogSink();
    const monitoring: Monitoring = createMonitoring({ logs: { destination: sink } });
    const app = fastify({ loggerInstance: monitoring.logger });
    app.get('/orders/:id', async (request) => {
      request.log.debug('debugged');
      return 'order';
    });
    await app.ready();
    monitoring.attach(app);
    const base = await app.listen({ port: 0, host: '127.0.0.1' });
    onTestFinished(() => app.close());
    const ask = async () => {
      const from = sink.lines.length;
      await (await fetch(`${base}/orders/1`)).text();
      return sink.lines.slice(from).filter(({ msg }) => msg === 'debugged').length;
    };
    expect(await ask()).toBe(0);
    const raise = monitoring.logLevel({ level: 'debug', for: '1m', route: '/orders/:id' });
    expect(await ask()).toBe(1);
    raise.end();
    expect(await ask()).toBe(0);
    await monitoring.shutdown();
  });

  it('knows levels of the user’s own', () => {
    const sink = createLogSink();
    const logger = pino({ customLevels: { chatty: 15 }, base: null }, sink);
    const monitoring = createMonitoring({ logs: { logger: logger as never } });
    using _ = monitoring.logLevel({ level: 'chatty', for: '1m' });
    logger.chatty('heard');
    logger.debug('heard as well');
    logger.trace('not heard');
    expect(sink.lines.map(({ msg }) => msg)).toEqual(['heard', 'heard as well']);
  });

  it('writes nothing where logs are off', () => {
    const monitoring = createMonitoring({ logs: false });
    using _ = monitoring.logLevel({ level: 'trace', for: '1m' });
    expect(monitoring.logger.error).toBe(monitoring.logger.silent);
  });

  it.each([
    [{ level: 'loud', for: '5m' }, 'logLevel.level: expected one of'],
    [{ level: 'silent', for: '5m' }, 'logLevel.level: expected one of'],
    [{ level: 'debug' }, 'logLevel.for'],
    [{ level: 'debug', for: 0 }, 'logLevel.for: expected milliseconds or a text such as'],
    [{ level: 'debug', for: '25h' }, '24 hours at most, got "25h"'],
    [{ level: 'debug', for: '5 minutes' }, 'logLevel.for'],
    [{ level: 'debug', for: Number.NaN }, 'logLevel.for'],
    [{ level: 'debug', for: '5m', route: 'orders' }, 'logLevel.route: expected a path such as'],
    [{ level: 'debug', for: '5m', routes: '/' }, 'unknown key "routes"; did you mean "route"?'],
    [undefined, 'logLevel'],
  ])('refuses %j', (options, message) => {
    const { logLevel } = createMonitoring();
    expect(() => logLevel(options as never)).toThrow(
      expect.objectContaining({
        code: 'TELLTALE_INVALID_OPTION',
        message: expect.stringContaining(message),
      }),
    );
  });

  it('costs little outside of its requests', async () => {
    const { monitoring } = await service();
    const { logger } = monitoring;
    const nanoseconds = () => {
      let best = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 10; round++) {
        const started = performance.now();
        for (let i = 0; i < 20_000; i++) logger.debug({ i }, 'unheard');
        best = Math.min(best, ((performance.now() - started) / 20_000) * 1e6);
      }
      return best;
    };
    monitoring.logLevel({ level: 'debug', for: '1m', route: '/orders/:id' });
    expect(nanoseconds()).toBeLessThan(1000);
  });
});

describe('log_events_total', () => {
  it('counts every line by its level', async () => {
    const sink = createLogSink();
    const built = express.build();
    const monitoring = setupMonitoring(built.app, { logs: { destination: sink } });
    built.addRoutes();
    const base = await built.listen();
    onTestFinished(async () => {
      await monitoring.shutdown();
      await built.close();
    });
    for (const path of ['/users/1', '/users/2', '/nowhere'])
      await (await fetch(base + path)).text();
    const child = monitoring.logger.child({}, { customLevels: { loud: 55 } });
    child.loud('of a level of its own');
    child.debug('unwritten');
    monitoring.logger.fatal('fatal');
    monitoring.observe(query, {}, () => {});
    expect(() =>
      monitoring.observe(query, {}, () => {
        throw new Error('failed on purpose');
      }),
    ).toThrow();
    await until(() => sink.requests().length === 3, 'the lines are there');
    const text = await monitoring.metrics.text();
    expect(text.match(/^log_events_total.*/gm)?.sort()).toEqual([
      'log_events_total{level="debug"} 0',
      'log_events_total{level="error"} 1',
      'log_events_total{level="fatal"} 1',
      'log_events_total{level="info"} 2',
      'log_events_total{level="loud"} 1',
      'log_events_total{level="trace"} 0',
      'log_events_total{level="warn"} 1',
    ]);
    expect(sink.lines).toHaveLength(6);
  });

  it('leaves the logger alone where metrics are off, and after the end', async () => {
    const logger = pino({}, createLogSink());
    const before = Reflect.ownKeys(logger);
    createMonitoring({ logs: { logger }, metrics: false });
    expect(Reflect.ownKeys(logger)).toEqual(before);
    const monitoring = createMonitoring({ logs: { logger } });
    monitoring.start();
    await monitoring.shutdown();
    expect(Reflect.ownKeys(logger)).toEqual(before);
  });
});
