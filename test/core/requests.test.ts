import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import { trace } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { createMonitoring, type MonitoringOptions, setupMonitoring } from '../../src/index.js';
import { createLogSink } from '../support/log-sink.js';
import { samplesOf, total } from '../support/samples.js';
import { createSpanMemory } from '../support/span-memory.js';
import { SUBJECTS } from '../support/subjects.js';
import { until } from '../support/until.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

type Options = Pick<MonitoringOptions, 'requests'> & { logs?: object };

async function start({ logs, requests }: Options, ms = 0) {
  const sink = createLogSink();
  const memory = createSpanMemory();
  const server = createServer((request, response) => {
    (request as IncomingMessage & { user?: object }).user = { plan: request.headers['x-plan'] };
    trace.getTracer('app').startSpan('below').end();
    response.statusCode = request.url === '/bad' ? 400 : 200;
    setTimeout(() => response.end(), ms);
  });
  const monitoring = setupMonitoring(server, {
    logs: { destination: sink, ...logs },
    traces: { exporter: memory },
    requests: { ...requests },
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(
    () => server.close(),
    () => server.closeAllConnections(),
    monitoring.shutdown,
  );
  const base = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  async function ask(path: string, headers: Record<string, string> = {}): Promise<Response> {
    const response = await fetch(base + path, { headers });
    await response.arrayBuffer();
    return response;
  }
  async function counted(count: number): Promise<string> {
    const text = () => monitoring.metrics.text();
    await until(
      async () => total(await text(), 'http_requests_total') === count,
      `${count} counted`,
    );
    return text();
  }
  return { sink, memory, monitoring, ask, counted };
}

describe('requests.ignore', () => {
  it('leaves lines out', async () => {
    const { ask, counted, sink } = await start({ requests: { ignore: { logs: ['/ping'] } } });
    await ask('/ping');
    await ask('/other');
    await counted(2);
    expect(sink.requests().map(({ path }) => path)).toEqual(['/other']);
  });

  it('leaves traces out, with everything below the request', async () => {
    const { ask, counted, sink, memory, monitoring } = await start({
      requests: { ignore: { traces: (request) => request.url === '/ping' } },
    });
    await ask('/ping', { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' });
    await ask('/other');
    await counted(2);
    await monitoring.shutdown();
    expect(sink.requests()).toHaveLength(2);
    expect(memory.spans.map(({ name }) => name).sort()).toEqual(['GET', 'below']);
  });
});

describe('requests.labels', () => {
  it('are read when the request ends', async () => {
    const { ask, counted, monitoring } = await start({
      requests: {
        labels: {
          plan: (request) => request.user?.plan,
          broken: () => {
            throw new Error('no');
          },
          long: () => 'x'.repeat(1000),
        },
      },
    });
    await ask('/', { 'x-plan': 'pro' });
    await ask('/');
    const text = await counted(2);
    for (const name of ['http_requests_total', 'http_request_duration_seconds_count']) {
      expect(samplesOf(text, name).map(({ labels }) => labels.plan)).toEqual(['pro', undefined]);
    }
    expect(samplesOf(text, 'http_requests_total')[0]?.labels.long).toHaveLength(128);
    expect(text).toContain('telltale_faults_total{part="requests.labels.broken"} 2');
    await monitoring.shutdown();
  });

  it.each(['route', 'le', 'Bad-Name', '__x'])('cannot be called %s', (name) => {
    expect(() => createMonitoring({ requests: { labels: { [name]: () => 'x' } } })).toThrow(
      'expected a snake_case label other than method, route, status and le',
    );
  });
});

describe('requests.echo', () => {
  it('sends the id back', async () => {
    const { ask } = await start({ requests: { echo: true } });
    expect((await ask('/', { 'x-request-id': 'abc' })).headers.get('x-request-id')).toBe('abc');
    expect((await ask('/')).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    const named = await start({ requests: { echo: 'x-trace' } });
    expect((await named.ask('/', { 'x-request-id': 'abc' })).headers.get('x-trace')).toBe('abc');
    const silent = await start({});
    expect((await silent.ask('/', { 'x-request-id': 'abc' })).headers.has('x-request-id')).toBe(
      false,
    );
  });

  it.each(SUBJECTS)('works on $name', async (subject) => {
    const built = subject.build();
    const monitoring = setupMonitoring(built.app, { logs: false, requests: { echo: true } });
    built.addRoutes();
    const base = await built.listen();
    const response = await fetch(`${base}/users/1`, { headers: { 'x-request-id': 'abc' } });
    expect(response.headers.get('x-request-id')).toBe('abc');
    await monitoring.shutdown();
    await built.close();
  });

  it('works on HTTP/2 where the application has a response', async () => {
    const server = createHttp2Server((_request, response) => response.end());
    const monitoring = setupMonitoring(server, { logs: false, requests: { echo: true } });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const session = connect(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
    const [headers] = await once(session.request({ 'x-request-id': 'abc' }), 'response');
    expect(headers['x-request-id']).toBe('abc');
    session.destroy();
    server.close();
    await monitoring.shutdown();
  });
});

describe('requests.slow', () => {
  it('is a warning and a count', async () => {
    const { ask, counted, sink } = await start({ requests: { slow: 30 } }, 50);
    await ask('/');
    const text = await counted(1);
    expect(sink.requests()[0]).toMatchObject({ level: 40, slow: true });
    expect(samplesOf(text, 'http_slow_requests_total')[0]).toMatchObject({
      labels: { method: 'GET', route: 'unmatched' },
      value: 1,
    });
    const quick = await start({ requests: { slow: 1000 } });
    await quick.ask('/');
    expect(total(await quick.counted(1), 'http_slow_requests_total')).toBe(0);
    expect(quick.sink.requests()[0]).not.toHaveProperty('slow');
  });
});

describe('logs.requests', () => {
  it('keeps a share, and every incident', async () => {
    const { ask, counted, sink } = await start({ logs: { requests: { sampleRatio: 0 } } });
    for (const path of ['/', '/', '/bad', '/']) await ask(path);
    await counted(4);
    expect(sink.requests().map(({ path }) => path)).toEqual(['/bad']);
  });
});
