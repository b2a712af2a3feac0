import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type Monitoring, type MonitoringOptions, setupMonitoring } from '../../src/index.js';
import { createLogSink, type LogSink } from '../support/log-sink.js';
import { samplesOf, total } from '../support/samples.js';
import { type BuiltApp, SUBJECTS, type Subject } from '../support/subjects.js';
import { until } from '../support/until.js';

interface Running {
  base: string;
  built: BuiltApp;
  monitoring: Monitoring;
  sink: LogSink;
  metrics(): Promise<string>;
}

const running: Running[] = [];

async function run(
  subject: Subject,
  { order = 'before', ...options }: MonitoringOptions & { order?: 'before' | 'after' } = {},
): Promise<Running> {
  const sink = createLogSink();
  const built = subject.build();
  if (order === 'after') built.addRoutes();
  const monitoring = setupMonitoring(built.app, {
    ...subject.options,
    ...options,
    logs: { destination: sink },
  });
  if (order === 'before') built.addRoutes();
  const base = await built.listen();
  const metrics = () => monitoring.metrics.text();
  const one = { base, built, monitoring, sink, metrics };
  running.push(one);
  return one;
}

afterEach(async () => {
  for (const { built, monitoring } of running.splice(0)) {
    await monitoring.shutdown();
    await built.close();
  }
});

describe.each(SUBJECTS)('$name', (subject) => {
  it.each(['before', 'after'] as const)('names routes when set up %s them', async (order) => {
    const { base, sink, metrics } = await run(subject, { order });
    for (const path of ['/users/7', '/slow/0', '/throw', '/reject', '/nope/7']) {
      await (await fetch(base + path)).arrayBuffer();
    }
    await (await fetch(`${base}/echo`, { method: 'POST', body: 'hello' })).arrayBuffer();
    await until(() => sink.requests().length === 6, 'six lines are there');
    const seen = samplesOf(await metrics(), 'http_requests_total').map(
      ({ labels, value }) => `${labels.method} ${labels.route} ${labels.status} ${value}`,
    );
    expect(seen.sort()).toEqual([
      'GET /reject 500 1',
      'GET /slow/:ms 200 1',
      'GET /throw 500 1',
      'GET /users/:id 200 1',
      'GET unmatched 404 1',
      'POST /echo 200 1',
    ]);
  });

  it('answers its endpoints and does not count them', async () => {
    const { base, sink, metrics, monitoring } = await run(subject);
    for (const path of [
      '/metrics',
      '/metrics?x=1',
      '/metrics/',
      '/health',
      '/health/live',
      '/health/ready',
    ]) {
      const response = await fetch(base + path);
      expect([path, response.status]).toEqual([path, 200]);
      expect(response.headers.get('cache-control')).toBe('no-store');
      await response.arrayBuffer();
    }
    expect((await fetch(`${base}/health/startup`)).status).toBe(503);
    monitoring.health.markStarted();
    expect((await fetch(`${base}/health/startup`)).status).toBe(200);
    const head = await fetch(`${base}/health`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(100);
    expect(samplesOf(await metrics(), 'http_requests_total')).toEqual([]);
    expect(sink.requests()).toEqual([]);
  });

  it('leaves other methods on the paths of its endpoints to the application', async () => {
    const { base, metrics } = await run(subject);
    const response = await fetch(`${base}/metrics`, { method: 'DELETE' });
    expect(response.status).toBe(404);
    await response.arrayBuffer();
    expect(total(await metrics(), 'http_requests_total')).toBe(1);
  });

  it('moves and leaves out endpoints', async () => {
    const { base } = await run(subject, {
      endpoints: { metrics: '/internal/prom', health: '/status', live: false },
    });
    const statusOf = async (path: string) => (await fetch(base + path)).status;
    expect(await statusOf('/internal/prom')).toBe(200);
    expect(await statusOf('/status')).toBe(200);
    expect(await statusOf('/status/ready')).toBe(200);
    expect(await statusOf('/metrics')).toBe(404);
    expect(await statusOf('/health')).toBe(404);
    expect(await statusOf('/status/live')).toBe(404);
  });

  it('counts a request that the client gave up as 499', async () => {
    const { base, sink, metrics } = await run(subject);
    const request = httpRequest(`${base}/slow/5000`);
    request.on('error', () => {});
    request.end();
    await until(async () => total(await metrics(), 'http_requests_in_progress') === 1, 'it runs');
    request.destroy();
    await until(() => sink.requests().length === 1, 'its line is there');
    expect(sink.requests()[0]).toMatchObject({ status: 499, aborted: true, route: '/slow/:ms' });
    expect(total(await metrics(), 'http_requests_in_progress')).toBe(0);
  });

  it('tells what was thrown', async () => {
    if (subject.name === 'node http') return;
    const { base, sink } = await run(subject);
    await (await fetch(`${base}/throw`)).arrayBuffer();
    await (await fetch(`${base}/reject`)).arrayBuffer();
    await until(() => sink.requests().length === 2, 'both lines are there');
    expect(sink.requests().map(({ err }) => (err as Error).message)).toEqual([
      'thrown on purpose',
      'rejected on purpose',
    ]);
  });

  it('measures request and response bodies', async () => {
    const { base, sink, metrics } = await run(subject);
    await (await fetch(`${base}/echo`, { method: 'POST', body: 'x'.repeat(1234) })).arrayBuffer();
    await (await fetch(`${base}/users/77`)).arrayBuffer();
    await until(() => sink.requests().length === 2, 'both lines are there');
    const text = await metrics();
    expect(total(text, 'http_request_size_bytes_sum')).toBe(1234);
    const sizes = samplesOf(text, 'http_response_size_bytes_sum');
    const sizeOf = (route: string) => sizes.find(({ labels }) => labels.route === route)?.value;
    expect(sizeOf('/users/:id')).toBe('{"id":"77"}'.length);
    // Sent in chunks: the frames count with it.
    expect(sizeOf('/echo')).toBeGreaterThanOrEqual(1234);
    expect(sizeOf('/echo')).toBeLessThan(1260);
  });

  it('is the same Monitoring when set up twice, and counts once', async () => {
    const { base, built, monitoring, metrics } = await run(subject);
    expect(setupMonitoring(built.app)).toBe(monitoring);
    monitoring.attach(built.app);
    await (await fetch(`${base}/users/1`)).arrayBuffer();
    expect(total(await metrics(), 'http_requests_total')).toBe(1);
  });

  it('keeps two apps in one process apart', async () => {
    const one = await run(subject);
    const two = await run(subject);
    await (await fetch(`${one.base}/users/1`)).arrayBuffer();
    await until(() => one.sink.requests().length === 1, 'the line is there');
    expect(total(await two.metrics(), 'http_requests_total')).toBe(0);
    expect(two.sink.requests()).toEqual([]);
    await two.monitoring.shutdown();
    await (await fetch(`${one.base}/users/1`)).arrayBuffer();
    expect(total(await one.metrics(), 'http_requests_total')).toBe(2);
    expect(samplesOf(await one.metrics(), 'http_requests_total')[0]?.labels.route).toBe(
      '/users/:id',
    );
  });

  it('passes telltale by after shutdown', async () => {
    const { base, monitoring, metrics } = await run(subject);
    await monitoring.shutdown();
    const response = await fetch(`${base}/users/1`);
    expect(await response.json()).toEqual({ id: '1' });
    expect((await fetch(`${base}/health`)).status).toBe(404);
    expect(samplesOf(await metrics(), 'http_requests_total')).toEqual([]);
  });

  it('never fails a request by a function of the user', async () => {
    const fail = () => {
      throw new Error('user function');
    };
    const { base, metrics } = await run(subject, {
      requests: { ignore: fail, genReqId: fail, route: fail },
    });
    expect((await fetch(`${base}/users/1`)).status).toBe(200);
    const text = await metrics();
    expect(total(text, 'http_requests_total')).toBe(1);
    expect(
      samplesOf(text, 'telltale_faults_total')
        .map(({ labels }) => labels.part)
        .sort(),
    ).toEqual(['requests.genReqId', 'requests.ignore', 'requests.route']);
  });

  it('ignores what it is told to', async () => {
    const { base, sink, metrics } = await run(subject, {
      requests: { ...subject.options.requests, ignore: ['/users/1', /^\/slow/] },
    });
    for (const path of ['/users/1', '/users/1?a=b', '/slow/0', '/users/2']) {
      await (await fetch(base + path)).arrayBuffer();
    }
    await until(() => sink.requests().length === 1, 'the line is there');
    expect(total(await metrics(), 'http_requests_total')).toBe(1);
  });

  it('takes a well-formed request id and replaces any other', async () => {
    const { base, sink } = await run(subject);
    for (const id of ['abc-1.2_3', 'with space', 'x'.repeat(129)]) {
      await (await fetch(`${base}/users/1`, { headers: { 'x-request-id': id } })).arrayBuffer();
    }
    await until(() => sink.requests().length === 3, 'the lines are there');
    const ids = sink.requests().map((line) => String(line.request_id));
    expect(ids[0]).toBe('abc-1.2_3');
    expect(ids[1]).toMatch(/^[0-9a-f-]{36}$/);
    expect(ids[2]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('counts each request with its route where metrics alone are on', async () => {
    const built = subject.build();
    const monitoring = setupMonitoring(built.app, {
      ...subject.options,
      logs: false,
      traces: false,
      requests: { ...subject.options.requests, echo: true },
    });
    built.addRoutes();
    const base = await built.listen();
    // Nothing needs their ids then but whoever asks for them.
    const named = await fetch(`${base}/nowhere`, { headers: { 'x-request-id': 'abc' } });
    expect(named.headers.get('x-request-id')).toBe('abc');
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => (await fetch(`${base}/users/${i}`)).text()),
    );
    const unnamed = await fetch(`${base}/nowhere`);
    expect(unnamed.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    const text = await monitoring.metrics.text();
    expect(text).toContain('http_requests_total{method="GET",route="/users/:id",status="200"} 50');
    expect(text).toContain('http_requests_total{method="GET",route="unmatched",status="404"} 2');
    expect(text).toContain('http_requests_in_progress{method="GET"} 0');
    await monitoring.shutdown();
    await built.close();
  });

  it('does nothing to a request when every signal is off', async () => {
    const built = subject.build();
    const monitoring = setupMonitoring(built.app, { metrics: false, logs: false, traces: false });
    built.addRoutes();
    const base = await built.listen();
    expect(await (await fetch(`${base}/users/1`)).json()).toEqual({ id: '1' });
    expect((await fetch(`${base}/metrics`)).status).toBe(404);
    expect((await fetch(`${base}/health`)).status).toBe(200);
    monitoring.metrics.counter({ name: 'still_works_total', help: 'x' }).inc();
    monitoring.logger.info('goes nowhere');
    monitoring.tracer.startSpan('goes nowhere').end();
    await monitoring.shutdown();
    await built.close();
  });
});
