import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setupMonitoring } from '../../../src/index.js';
import { until } from '../../support/until.js';

const MB = 1024 * 1024;
const ERRORS: Record<string, () => unknown> = {
  'a message of 1 MB': () => new Error('x'.repeat(MB)),
  'a message of 1 MB of control characters': () => new Error('\u0001'.repeat(MB)),
  'a message of 1 MB of wide characters': () => new Error('€😀'.repeat(MB / 4)),
  'a chain of 1,000 causes': () => {
    let error = new Error('first');
    for (let i = 0; i < 1000; i++) error = new Error(`cause ${i}`, { cause: error });
    return error;
  },
  'a hundred errors in one': () =>
    new AggregateError(Array.from({ length: 100 }, (_, i) => new Error(`part ${i}`))),
  'members of 1 MB': () =>
    Object.assign(new Error('big'), { detail: 'x'.repeat(MB), list: Array(MB) }),
  'a stack of 1 MB': () =>
    Object.assign(new Error('tall'), { stack: `Error\n${'   at x\n'.repeat(1e5)}` }),
  'a text of 1 MB': () => 'x'.repeat(MB),
  'a cycle': () => {
    const error = new Error('round');
    return Object.assign(error, { cause: error, self: error, errors: [error] });
  },
  'what cannot be read': () =>
    Object.defineProperty(new Error('odd'), 'detail', {
      enumerable: true,
      get() {
        throw new Error('thrown on purpose');
      },
    }),
  'a big integer': () => 12n,
};

let base: URL;
const texts: string[] = [];
const app = express().set('env', 'production').set('query parser', false);
const server = createServer(app);
const monitoring = setupMonitoring(app, {
  logs: { destination: { write: (text: string) => texts.push(text) } },
});
app.get('/fail/:name', (_incoming, _response, next) => {
  next(ERRORS[decodeURIComponent(_incoming.params.name)]?.());
});
app.use((_error: unknown, _request: unknown, response: express.Response, _next: unknown) => {
  response.status(500).end();
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(async () => {
  await monitoring.shutdown();
  server.closeAllConnections();
  server.close();
});

function send(path: string, method = 'GET'): Promise<void> {
  return new Promise((resolve, reject) => {
    request(base, { path, method }, (response) => response.resume().on('end', resolve))
      .on('error', reject)
      .end();
  });
}

async function lineOf(path: string, method?: string): Promise<string> {
  const from = texts.length;
  await send(path, method);
  await until(() => texts.length > from, 'the line is there');
  const line = texts[from] as string;
  expect(texts).toHaveLength(from + 1);
  expect(line.indexOf('\n')).toBe(line.length - 1);
  expect(Buffer.byteLength(line)).toBeLessThan(8192);
  return line;
}

describe('a request line stays below 8 kB and one line', () => {
  it.each(Object.keys(ERRORS))('with %s', async (name) => {
    const { status, err, msg } = JSON.parse(await lineOf(`/fail/${encodeURIComponent(name)}`));
    expect([status, msg]).toEqual([500, 'request completed']);
    expect(err).toBeDefined();
    if (typeof err === 'object') expect(err.message.length).toBeLessThanOrEqual(257);
  });

  it.each([
    ['a path of 8,000 characters', `/${'p'.repeat(8000)}`],
    ['quotes and backslashes', `/${'"\\'.repeat(3000)}`],
    ['a query of 8,000 characters', `/?${'q'.repeat(8000)}`],
  ])('with %s', async (_, path) => {
    const line = JSON.parse(await lineOf(path));
    expect(line.path.length).toBeLessThanOrEqual(257);
    expect(line).not.toHaveProperty('query');
  });

  it('keeps what matters of an ordinary error', async () => {
    ERRORS.ordinary = () =>
      Object.assign(new TypeError('outer', { cause: new Error('inner') }), { code: 'E_ODD' });
    const { err } = JSON.parse(await lineOf('/fail/ordinary'));
    expect(err).toMatchObject({ type: 'TypeError', message: 'outer: inner', code: 'E_ODD' });
    expect(err.stack).toContain('caused by: Error: inner');
    expect(err.stack).toContain('request-line.test.ts');
  });
});

describe.each(['json', 'ecs', 'gcp'] as const)('a request line of the format %s', (format) => {
  it('stays below 8 kB, whatever is bound to it and failed', async () => {
    const own = express();
    const written: string[] = [];
    const other = setupMonitoring(own, {
      logs: { format, destination: { write: (text: string) => written.push(text) } },
    });
    own.get('/fail/:name', (incoming, _response, next) => {
      other.bind({ first: 'kept' });
      for (let i = 0; i < 30; i++) other.bind({ [`field_${i}`]: 'ü'.repeat(300) });
      other.bind({ [`key_${'k'.repeat(8192)}`]: 1 });
      next(ERRORS[incoming.params.name]?.());
    });
    own.use((_error: unknown, _request: unknown, response: express.Response, _next: unknown) => {
      response.status(500).end();
    });
    const listening = own.listen(0, '127.0.0.1');
    await until(() => listening.address() !== null, 'it listens');
    const { port } = listening.address() as AddressInfo;
    const names = Object.keys(ERRORS);
    for (const name of names) {
      await fetch(`http://127.0.0.1:${port}/fail/${encodeURIComponent(name)}`);
    }
    await until(() => written.length === names.length, 'all lines are there');
    for (const line of written) {
      expect(Buffer.byteLength(line)).toBeLessThan(8192);
      const { first, field_0, field_29, message, msg = message } = JSON.parse(line);
      expect([msg, first, field_29]).toEqual(['request completed', 'kept', '[cut]']);
      expect(field_0).toBe(`${'ü'.repeat(256)}…`);
    }
    await other.shutdown();
    listening.closeAllConnections();
    listening.close();
  });
});
