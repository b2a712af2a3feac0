import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createMonitoring,
  type ErrorReport,
  type Monitoring,
  operation,
  setupMonitoring,
} from '../../src/index.js';
import { createLogSink } from '../support/log-sink.js';
import { parseSamples } from '../support/samples.js';
import { until } from '../support/until.js';

const outer = operation('outer');
const inner = operation('inner');

function collect() {
  const reports: ErrorReport[] = [];
  const sinks = [{ name: 'own', capture: (report: ErrorReport) => void reports.push(report) }];
  return { reports, options: { logs: { destination: createLogSink() }, errors: { sinks } } };
}

function create() {
  const { reports, options } = collect();
  return { monitoring: createMonitoring(options), reports };
}

async function counted(monitoring: Monitoring): Promise<number> {
  return parseSamples(await monitoring.metrics.text())
    .filter(({ name }) => name === 'errors_total')
    .reduce((sum, { value }) => sum + value, 0);
}

/** Requests to an Express app of which each ends with what `handler` throws. */
async function serveFailing(handler: (monitoring: Monitoring) => unknown) {
  const { reports, options } = collect();
  const app = express();
  const monitoring = setupMonitoring(app, options);
  app.get('/', async (_request, response) => {
    await handler(monitoring);
    response.end();
  });
  app.use((_error: unknown, _request: unknown, response: express.Response, _next: unknown) => {
    setImmediate(() => response.status(500).end());
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    await monitoring.shutdown();
    await stop(server);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const get = (times: number) =>
    Promise.all(Array.from({ length: times }, async () => (await fetch(url)).text()));
  return { monitoring, reports, get };
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

describe('a rejection that requests share', () => {
  it.each([1, 2, 20])('is one error for each of %i', async (times) => {
    let waiting = 0;
    let fail = (_error: Error): void => {};
    const flight = new Promise((_, reject) => {
      fail = reject;
    });
    const { monitoring, reports, get } = await serveFailing((own) => {
      waiting++;
      return own.observe(outer, {}, () => own.observe(inner, {}, () => flight));
    });
    const answers = get(times);
    await until(() => waiting === times, 'all wait for the same');
    fail(new Error('database is down'));
    await answers;
    await until(() => reports.length >= times, 'the reports are there');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(reports).toHaveLength(times);
    expect(new Set(reports.map(({ requestId }) => requestId)).size).toBe(times);
    expect(await counted(monitoring)).toBe(times);
  });

  it('keeps none of them alive', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const { monitoring } = create();
    const error = new Error('made once');
    const gone: WeakRef<object>[] = [];
    for (let i = 0; i < 5; i++) {
      const fails = (work: object) => {
        gone.push(new WeakRef(work));
        throw error;
      };
      expect(() => monitoring.observe(outer, {}, fails)).toThrow(error);
    }
    await until(() => {
      collectGarbage();
      return gone.every((one) => one.deref() === undefined);
    }, 'the operations are collected');
    expect(await counted(monitoring)).toBe(5);
  });
});

describe.each(['boom', '', undefined, null, 0, Number.NaN, Symbol('s')])('throw %j', (value) => {
  const fail = (): never => {
    throw value;
  };

  it('is one error on its way up, and another when it is thrown again', async () => {
    const { monitoring, reports } = create();
    const observed = (fn: () => unknown) => monitoring.observe(outer, {}, fn);
    const passing = () => observed(() => observed(() => monitoring.observe(inner, {}, fail)));
    for (let i = 1; i <= 3; i++) {
      expect(passing).toThrow();
      expect([reports.length, await counted(monitoring)]).toEqual([i, i]);
    }
    observed(() => {
      for (let i = 0; i < 3; i++) expect(passing).toThrow();
    });
    expect(reports).toHaveLength(6);
    expect(reports[0]?.described.type).toBe('NonError');
  });

  it('is one for each way up when there are several at once', async () => {
    const { monitoring, reports } = create();
    let free = (): void => {};
    const gate = new Promise<void>((resolve) => {
      free = resolve;
    });
    const way = (): Promise<never> =>
      monitoring.observe(outer, {}, () => monitoring.observe(inner, {}, () => gate.then(fail)));
    const ways = monitoring.observe(outer, {}, () => Promise.all([way(), way(), way()]));
    free();
    expect((await Promise.allSettled([ways]))[0]?.status).toBe('rejected');
    expect(reports).toHaveLength(3);
  });

  it('is the same when it is told of on the way, and told twice it is two', () => {
    const { monitoring, reports } = create();
    monitoring.observe(outer, {}, () => {
      const told = (): void => {
        try {
          monitoring.observe(inner, {}, fail);
        } catch (error) {
          monitoring.captureError(error);
        }
      };
      told();
      expect(reports).toHaveLength(1);
      monitoring.captureError(value);
      expect(reports).toHaveLength(2);
    });
    const rethrown = (): void => {
      monitoring.captureError(value);
      fail();
    };
    expect(() => monitoring.observe(outer, {}, rethrown)).toThrow();
    expect(reports).toHaveLength(3);
  });
});

it('a text that each of many requests throws is one error for each', async () => {
  const { monitoring, reports, get } = await serveFailing((own) =>
    own.observe(outer, {}, () =>
      own.observe(inner, {}, async () => {
        await new Promise(setImmediate);
        throw 'boom';
      }),
    ),
  );
  await get(20);
  await until(() => reports.length >= 20, 'the reports are there');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(new Set(reports.map(({ requestId }) => requestId)).size).toBe(20);
  expect([reports.length, await counted(monitoring)]).toEqual([20, 20]);
});

it('a request that fails without an error, or by its client, is none', async () => {
  const { reports, options } = collect();
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/500' ? 500 : 404).end();
  });
  const monitoring = setupMonitoring(server, options);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const path of ['/500', '/404']) await (await fetch(base + path)).text();
  await until(() => options.logs.destination.requests().length === 2, 'the lines are there');
  expect(reports).toEqual([]);
  await monitoring.shutdown();
  await stop(server);
});
