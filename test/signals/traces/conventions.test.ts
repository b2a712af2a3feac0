import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { connect } from 'node:net';
import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import * as stable from '@opentelemetry/semantic-conventions';
import * as incubating from '@opentelemetry/semantic-conventions/incubating';
import { afterEach, describe, expect, it } from 'vitest';
import { type MonitoringOptions, operation, setupMonitoring } from '../../../src/index.js';
import { createSpanMemory } from '../../support/span-memory.js';
import { until } from '../../support/until.js';

const namesIn = (conventions: object): Set<unknown> =>
  new Set(
    Object.entries(conventions).flatMap(([key, name]) => (key.startsWith('ATTR_') ? [name] : [])),
  );

const STABLE = namesIn(stable);
const INCUBATING = namesIn(incubating);

/** What is written under a name that is not stable yet, and why. */
const NOT_STABLE: Readonly<Record<string, string>> = {
  'http.request.body.size': 'there is no stable name for sizes, and metrics have them',
  'http.response.body.size': 'there is no stable name for sizes, and metrics have them',
};

/** Resources have few stable names; these groups are what detectors everywhere write. */
const RESOURCE_GROUPS = /^(?:process|host|os|container|k8s|service|cloud|deployment)\./;

/** Names of telltale's own. */
const OWN = new Set(['telltale.kept']);

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

const job = operation('report.build', { labels: ['kind'] });

async function serve(options: MonitoringOptions = {}, host = '127.0.0.1') {
  const memory = createSpanMemory();
  const server = createServer(async (incoming, response) => {
    if (incoming.url === '/hang') return;
    if (incoming.url === '/fail') response.statusCode = 503;
    try {
      monitoring.trace('traced', () => {
        throw new RangeError('on purpose');
      });
    } catch {}
    try {
      monitoring.observe(job, { labels: { kind: 'a' } }, () => {
        throw new RangeError('on purpose');
      });
    } catch {}
    response.end('answer');
  });
  const monitoring = setupMonitoring(server, {
    logs: false,
    traces: { exporter: memory },
    ...options,
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as { port: number };
  let ended = false;
  async function end(): Promise<void> {
    if (ended) return;
    ended = true;
    server.closeAllConnections();
    server.close();
    await monitoring.shutdown();
  }
  open.push(end);
  return {
    port,
    end,
    monitoring,
    spans: memory.spans,
    send: (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      new Promise<void>((resolve, reject) => {
        request({ port, host, path, headers, method }, (answer) => {
          answer.resume().on('end', resolve);
        })
          .on('error', reject)
          .end();
      }),
  };
}

const serverSpan = (spans: readonly ReadableSpan[]): Attributes =>
  spans.find(({ kind }) => kind === 1)?.attributes ?? {};

describe('the names of attributes', () => {
  it('are those of the semantic conventions, and stable but for some with a reason', async () => {
    const { spans, send, end, port, monitoring } = await serve({
      requests: { trustProxy: 1, route: () => '/work/:id' },
    });
    await send('/work/1?secret=1', { 'user-agent': 'tester', 'x-forwarded-for': '203.0.113.1' });
    await send('/fail', { 'content-length': '0' });
    await send('/work/1', {}, 'PROPFIND');
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /hang HTTP/1.1\r\nhost: a\r\n\r\n');
    await until(async () => /in_progress\S* 1$/m.test(await monitoring.metrics.text()), 'it hangs');
    socket.destroy();
    await until(
      async () => /in_progress\S* 0$/m.test(await monitoring.metrics.text()),
      'it is aborted',
    );
    await end();

    const names = new Set<string>();
    for (const { attributes, events } of spans) {
      const { kind: _label, ...rest } = attributes;
      for (const one of [rest, ...events.map((event) => event.attributes ?? {})]) {
        for (const name of Object.keys(one)) names.add(name);
      }
    }
    for (const name of names) {
      if (STABLE.has(name) || OWN.has(name)) continue;
      expect(Object.keys(NOT_STABLE), `${name} is not stable`).toContain(name);
      expect(INCUBATING.has(name), name).toBe(true);
    }
    // What is excused is written, and not stable by now.
    for (const name of Object.keys(NOT_STABLE)) {
      expect(STABLE.has(name), name).toBe(false);
      expect(names).toContain(name);
    }
    expect([...names]).toEqual(
      expect.arrayContaining(['exception.type', 'exception.message', 'exception.stacktrace']),
    );
    for (const name of Object.keys(spans[0]?.resource.attributes ?? {})) {
      if (STABLE.has(name)) continue;
      expect(name).toMatch(RESOURCE_GROUPS);
      expect(INCUBATING.has(name), name).toBe(true);
    }
  });
});

describe('the span of a request', () => {
  // https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span
  it('has all that is required and recommended', async () => {
    const { spans, send, end, port } = await serve({ requests: { route: () => '/work/:id' } });
    await send('/work/1?secret=1', { 'user-agent': 'tester' });
    await end();
    expect(serverSpan(spans)).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'http.response.body.size': 6,
      'http.route': '/work/:id',
      'url.path': '/work/1',
      'url.scheme': 'http',
      'server.address': '127.0.0.1',
      'server.port': port,
      'client.address': '127.0.0.1',
      'network.protocol.version': '1.1',
      'user_agent.original': 'tester',
    });
  });

  it('has HTTP/2 by the name of the convention', async () => {
    const memory = createSpanMemory();
    const server = createHttp2Server((_request, response) => response.end('x'));
    const monitoring = setupMonitoring(server, { logs: false, traces: { exporter: memory } });
    open.push(monitoring.shutdown);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push(async () => void server.close());
    const { port } = server.address() as { port: number };
    const client = connectHttp2(`http://127.0.0.1:${port}`);
    const asked = client.request({ ':path': '/' }).resume();
    await once(asked, 'close');
    client.destroy();
    await monitoring.shutdown();
    expect(serverSpan(memory.spans)['network.protocol.version']).toBe('2');
  });

  it('has a template as route and never a path', async () => {
    const { spans, send, end } = await serve();
    await send('/work/1');
    await end();
    expect(serverSpan(spans)).not.toHaveProperty('http.route');
    expect(spans.some(({ name }) => name.includes('/work'))).toBe(false);
  });

  it.each([
    ['/fail', '503'],
    ['/work', undefined],
  ])('says what kind of error %s is', async (path, type) => {
    const { spans, send, end } = await serve();
    await send(path);
    await end();
    expect(serverSpan(spans)['error.type']).toBe(type);
  });

  it('has the method as sent where it is none of the known ones', async () => {
    const { spans, send, end } = await serve();
    await send('/', {}, 'PROPFIND');
    await end();
    expect(serverSpan(spans)).toMatchObject({
      'http.request.method': '_OTHER',
      'http.request.method_original': 'PROPFIND',
    });
    expect(spans.find(({ kind }) => kind === 1)?.name).toBe('HTTP');
  });

  it.each<[string, string | undefined, number | undefined]>([
    ['shop.example', 'shop.example', undefined],
    ['shop.example:8080', 'shop.example', 8080],
    ['[::1]:8080', '::1', 8080],
    ['[2001:db8::1]', '2001:db8::1', undefined],
    ['shop.example:99999', 'shop.example', undefined],
    ['::1', undefined, undefined],
    [':80', undefined, undefined],
    ['a:b:c', undefined, undefined],
  ])('reads the server off the host %s', async (host, address, port) => {
    const { spans, send, end } = await serve();
    await send('/', { host });
    await end();
    expect(serverSpan(spans)['server.address']).toBe(address);
    expect(serverSpan(spans)['server.port']).toBe(port);
  });
});

describe('failed work', () => {
  it.each(['traced', 'report.build'])('has the type of its error: %s', async (name) => {
    const { spans, send, end } = await serve();
    await send('/work');
    await end();
    const span = spans.find((one) => one.name === name);
    expect(span?.attributes['error.type']).toBe('RangeError');
    expect(span?.status).toMatchObject({ code: 2, message: 'on purpose' });
    expect(span?.events[0]?.attributes).toMatchObject({
      'exception.type': 'RangeError',
      'exception.message': 'on purpose',
    });
  });
});
