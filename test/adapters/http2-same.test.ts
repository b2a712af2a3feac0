import { once } from 'node:events';
import { connect, createServer, type Http2Server, type OutgoingHttpHeaders } from 'node:http2';
import { describe, expect, it } from 'vitest';
import { setupMonitoring } from '../../src/index.js';
import { total } from '../support/samples.js';
import { until } from '../support/until.js';

/** What a client saw of one request. */
interface Seen {
  headers: Record<string, unknown> | undefined;
  trailers: unknown;
  body: string;
  code: number | undefined;
  error: string | undefined;
}

const STYLES: Record<string, () => Http2Server> = {
  compat: () =>
    createServer((request, response) => {
      const name = request.url.split('/')[1];
      if (name === 'reset') return void request.stream.close(7);
      if (name === 'destroy') return void request.stream.destroy(new Error('on purpose'));
      if (name === 'partial') return void response.write('half', () => request.stream.close(2));
      if (name === 'trailers') {
        response.setHeader('trailer', 'x');
        response.addTrailers({ x: 'y' });
      }
      if (name === 'hints') response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      if (name === 'empty') response.statusCode = 204;
      if (name === 'twice') response.end('once');
      if (name === 'echo') request.pipe(response);
      else if (name === 'empty') response.end();
      else response.end('hello');
    }),
  stream: () => {
    const server = createServer();
    server.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      const name = String(headers[':path']).split('/')[1];
      if (name === 'reset') return stream.close(7);
      if (name === 'destroy') return void stream.destroy(new Error('on purpose'));
      stream.respond(
        { ':status': name === 'empty' ? 204 : 200 },
        { waitForTrailers: name === 'trailers' },
      );
      stream.on('wantTrailers', () => stream.sendTrailers({ x: 'y' }));
      if (name === 'partial') return void stream.write('half', () => stream.close(2));
      if (name === 'echo') stream.pipe(stream);
      else stream.end(name === 'empty' ? undefined : 'hello');
    });
    return server;
  },
};

const CASES: readonly { name: string; headers: OutgoingHttpHeaders; body?: string }[] = [
  ...['ok', 'empty', 'trailers', 'hints', 'twice', 'reset', 'destroy', 'partial', '%ZZ'].map(
    (name) => ({ name, headers: { ':path': `/${name}` } }),
  ),
  { name: 'echo', headers: { ':path': '/echo', ':method': 'POST' }, body: 'x'.repeat(70_000) },
  { name: 'a prototype', headers: { ':path': '/__proto__' } },
  { name: 'HEAD', headers: { ':path': '/ok', ':method': 'HEAD' } },
  { name: 'odd method', headers: { ':path': '/ok', ':method': 'BREW' } },
  { name: 'long path', headers: { ':path': `/${'x'.repeat(12_000)}` } },
  {
    name: 'hostile traceparent',
    headers: { ':path': '/ok', traceparent: '00-zz', tracestate: '=,=' },
  },
  {
    name: 'hostile id',
    headers: { ':path': '/ok', 'x-request-id': 'a b', baggage: 'x'.repeat(9000) },
  },
  {
    name: 'many headers',
    headers: {
      ':path': '/ok',
      ...Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`x-${i}`, 'v'])),
    },
  },
];

async function visit(server: Http2Server): Promise<Record<string, Seen>> {
  server.on('sessionError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = connect(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
  session.on('error', () => {});
  const seen: Record<string, Seen> = {};
  for (const { name, headers, body } of CASES) {
    const stream = session.request(headers);
    const one: Seen = {
      headers: undefined,
      trailers: undefined,
      body: '',
      code: undefined,
      error: undefined,
    };
    stream.on('response', (given) => {
      const { date: _, ...rest } = given;
      one.headers = rest;
    });
    stream.on('trailers', (trailers) => {
      one.trailers = { ...trailers };
    });
    stream.on('error', (error) => {
      one.error = error.message;
    });
    stream.setEncoding('utf8').on('data', (text) => {
      one.body += text;
    });
    stream.end(body);
    await once(stream, 'close').catch(() => {});
    one.code = stream.rstCode;
    seen[name] = one;
  }
  session.destroy();
  server.close();
  return seen;
}

describe.each(Object.entries(STYLES))('HTTP/2, %s style', (_, build) => {
  it('answers the same, monitored and bare, and counts every request once', async () => {
    const bare = await visit(build());
    const server = build();
    const listeners = () => server.eventNames().map((name) => [name, server.listenerCount(name)]);
    const before = listeners();
    const monitoring = setupMonitoring(server, { logs: false });
    expect(listeners()).toEqual(before);
    const monitored = await visit(server);
    expect(Object.keys(monitored)).toHaveLength(CASES.length);
    for (const { name } of CASES) expect([name, monitored[name]]).toEqual([name, bare[name]]);
    const text = () => monitoring.metrics.text();
    await until(
      async () => total(await text(), 'http_requests_total') === CASES.length,
      'all are counted',
    );
    expect(total(await text(), 'http_requests_in_progress')).toBe(0);
    expect(total(await text(), 'telltale_faults_total')).toBe(0);
    await monitoring.shutdown();
  });
});
