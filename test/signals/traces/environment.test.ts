/** Each variable of OpenTelemetry's for traces, by what a receiver sees of it. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMonitoring, type Monitoring, type MonitoringOptions } from '../../../src/index.js';
import { type Collector, startCollector } from '../../services/collector.js';
import {
  type Behaviour,
  type FaultyCollector,
  startFaultyCollector,
} from '../../services/faulty-collector.js';
import { createLogSink } from '../../support/log-sink.js';
import { until } from '../../support/until.js';
import { selfSigned } from '../../testing/certificate.js';

const before = { ...process.env };
const open: (() => unknown)[] = [];
beforeEach(() => {
  for (const name of Object.keys(process.env))
    if (name.startsWith('OTEL_')) delete process.env[name];
});
afterEach(async () => {
  process.env = { ...before };
  for (const close of open.splice(0).reverse()) await close();
});

async function collector(behaviour?: Behaviour): Promise<FaultyCollector> {
  const one = await startFaultyCollector(behaviour);
  open.push(one.stop);
  return one;
}

function start(
  env: Record<string, string | undefined>,
  options: MonitoringOptions = {},
): Monitoring {
  for (const [name, value] of Object.entries(env)) if (value) process.env[name] = value;
  const monitoring = createMonitoring({ logs: false, ...options });
  monitoring.start();
  open.push(monitoring.shutdown);
  return monitoring;
}

function work(monitoring: Monitoring, count = 1): void {
  for (let i = 0; i < count; i++) monitoring.tracer.startSpan('work').end();
}

describe('where spans go', () => {
  it('OTEL_EXPORTER_OTLP_ENDPOINT: to a real collector', async () => {
    const real: Collector = await startCollector();
    open.push(real.stop);
    const monitoring = start({
      OTEL_EXPORTER_OTLP_ENDPOINT: real.endpoint,
      OTEL_SERVICE_NAME: 'by-name',
      OTEL_RESOURCE_ATTRIBUTES:
        'team=checkout,service.version=7.1%2Bb,deployment.environment.name=eu',
    });
    work(monitoring);
    await monitoring.shutdown();
    const [span] = await real.waitForSpans(1, 5000);
    expect(span?.name).toBe('work');
    expect(span?.resource).toMatchObject({
      'service.name': 'by-name',
      'service.version': '7.1+b',
      'deployment.environment.name': 'eu',
      team: 'checkout',
      'telemetry.sdk.name': 'opentelemetry',
    });
  });

  it('OTEL_EXPORTER_OTLP_ENDPOINT has the path added, _TRACES_ENDPOINT is taken as it is', async () => {
    const { endpoint, requests } = await collector();
    const one = start({ OTEL_EXPORTER_OTLP_ENDPOINT: `${endpoint}/base/` });
    work(one);
    await one.shutdown();
    const two = start({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/exact` });
    work(two);
    await two.shutdown();
    expect(requests.map((request) => request.path)).toEqual(['/base/v1/traces', '/exact']);
  });

  it('traces.endpoint alone turns the exporter on, as the variable does', async () => {
    const { endpoint, requests } = await collector();
    const one = start({}, { traces: { endpoint } });
    work(one);
    await one.shutdown();
    expect(requests.map((request) => request.path)).toEqual(['/v1/traces']);
    const none = start({ OTEL_TRACES_EXPORTER: 'none' }, { traces: { endpoint } });
    work(none);
    await none.shutdown();
    expect(requests).toHaveLength(1);
  });

  it('OTEL_TRACES_EXPORTER: to several at once, and what is unknown is told in one line', async () => {
    const [one, two] = [await collector(), await collector()];
    const sink = createLogSink();
    const monitoring = start(
      {
        OTEL_TRACES_EXPORTER: 'otlp, zipkin,carrier-pigeon',
        OTEL_EXPORTER_OTLP_ENDPOINT: one.endpoint,
        OTEL_EXPORTER_ZIPKIN_ENDPOINT: `${two.endpoint}/api/v2/spans`,
      },
      { logs: { destination: sink } },
    );
    work(monitoring);
    await monitoring.shutdown();
    expect(one.requests).toHaveLength(1);
    expect(two.requests.map((request) => request.path)).toEqual(['/api/v2/spans']);
    const warnings = sink.lines.filter(({ msg }) => msg.includes('carrier-pigeon'));
    expect(warnings).toHaveLength(1);
    const text = await monitoring.metrics.text();
    expect(text).toContain('telltale_spans_exported_total{exporter="otlp"} 1');
    expect(text).toContain('telltale_spans_exported_total{exporter="zipkin"} 1');
  });

  it.each([
    { OTEL_TRACES_EXPORTER: ' , ' },
    { TELLTALE_TRACES_EXPORTER: ',', OTEL_TRACES_EXPORTER: 'otlp' },
  ])('%o: as if what names nothing were not set', async (env) => {
    const { endpoint, requests } = await collector();
    const monitoring = start({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...env });
    work(monitoring);
    await monitoring.shutdown();
    expect(requests).toHaveLength(1);
  });

  it.each([{ OTEL_TRACES_EXPORTER: 'none' }, { OTEL_SDK_DISABLED: 'true' }])(
    '%o: nowhere',
    async (env) => {
      const { endpoint, requests } = await collector();
      const monitoring = start({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...env });
      work(monitoring);
      await monitoring.shutdown();
      expect(requests).toEqual([]);
    },
  );

  it('OTEL_EXPORTER_JAEGER_ENDPOINT: to Jaeger', async () => {
    const { endpoint, requests } = await collector();
    const monitoring = start({
      OTEL_TRACES_EXPORTER: 'jaeger',
      OTEL_EXPORTER_JAEGER_ENDPOINT: endpoint,
    });
    work(monitoring);
    await monitoring.shutdown();
    expect(requests.map((request) => request.path)).toEqual(['/v1/traces']);
  });
});

describe('what is said of traces and cannot be done', () => {
  async function warnings(env: Record<string, string>, traces = {}): Promise<string[]> {
    const sink = createLogSink();
    const monitoring = start(env, { logs: { destination: sink }, traces });
    await monitoring.shutdown();
    for (const name of Object.keys(env)) delete process.env[name];
    return sink.lines.filter(({ level }) => level === 40).map(({ msg }) => msg);
  }

  it('is told in one line each, which names the variable', async () => {
    for (const OTEL_TRACES_SAMPLER of ['xray', 'parentbased_jaeger_remote']) {
      expect(await warnings({ OTEL_TRACES_SAMPLER })).toEqual([
        `telltale: OTEL_TRACES_SAMPLER: there is no sampler ${OTEL_TRACES_SAMPLER}; every trace is recorded`,
      ]);
    }
    for (const OTEL_TRACES_SAMPLER_ARG of ['5%', '1.5', '-1', 'abc']) {
      expect(
        await warnings({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG }),
      ).toEqual([
        `telltale: OTEL_TRACES_SAMPLER_ARG: expected a ratio from 0 to 1, got ${OTEL_TRACES_SAMPLER_ARG}; every trace is recorded`,
      ]);
    }
    expect(await warnings({ TELLTALE_TRACES_SAMPLE_RATIO: 'half' })).toEqual([
      'telltale: TELLTALE_TRACES_SAMPLE_RATIO: expected a ratio from 0 to 1, got half; every trace is recorded',
    ]);
    expect(await warnings({ OTEL_PROPAGATORS: 'ottrace, b3,xray' })).toEqual([
      'telltale: OTEL_PROPAGATORS: there is no format ottrace, xray; passed over',
    ]);
    expect(await warnings({ TELLTALE_TRACES_PROPAGATORS: 'w3c' })).toEqual([
      'telltale: TELLTALE_TRACES_PROPAGATORS: there is no format w3c; passed over',
    ]);
    expect(await warnings({ TELLTALE_TRACES_EXPORTER: 'pigeon' })).toEqual([
      'telltale: TELLTALE_TRACES_EXPORTER: there is no exporter pigeon; passed over',
    ]);
  });

  it('is not told where it can be done, or does not count', async () => {
    const unknown = { OTEL_TRACES_SAMPLER: 'xray', OTEL_PROPAGATORS: 'ottrace' };
    expect(await warnings(unknown, { sampleRatio: 1, propagators: ['b3'] })).toEqual([]);
    const known: Record<string, string>[] = [
      { OTEL_TRACES_SAMPLER: ' ParentBased_TraceIDRatio ', OTEL_TRACES_SAMPLER_ARG: '0.25' },
      { OTEL_TRACES_SAMPLER: 'traceidratio' },
      { OTEL_TRACES_SAMPLER: 'always_on', OTEL_TRACES_SAMPLER_ARG: 'endpoint=http://x' },
      { OTEL_TRACES_SAMPLER_ARG: 'abc' },
      { OTEL_PROPAGATORS: 'none' },
      { OTEL_PROPAGATORS: 'tracecontext,baggage' },
      { OTEL_PROPAGATORS: ' tracecontext, B3 ,' },
    ];
    for (const env of known) expect(await warnings(env)).toEqual([]);
  });
});

describe('how they are sent', () => {
  it('OTEL_EXPORTER_OTLP_HEADERS and _TRACES_HEADERS: with these headers', async () => {
    const { endpoint, requests } = await collector();
    const monitoring = start({
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20abc,x-tenant=one',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-tenant=two',
    });
    work(monitoring);
    await monitoring.shutdown();
    expect(requests[0]?.headers).toMatchObject({
      authorization: 'Bearer abc',
      'x-tenant': 'two',
      'content-type': 'application/json',
    });
  });

  it('OTEL_EXPORTER_OTLP_COMPRESSION: as gzip', async () => {
    const { endpoint, requests } = await collector();
    const monitoring = start({
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    });
    work(monitoring, 20);
    await monitoring.shutdown();
    expect(requests[0]?.headers['content-encoding']).toBe('gzip');
    expect(requests[0]?.spans).toHaveLength(20);
  });

  it('OTEL_EXPORTER_OTLP_TIMEOUT: an attempt is given up', async () => {
    const slow = await collector({ answer: () => {} });
    const monitoring = start({
      OTEL_EXPORTER_OTLP_ENDPOINT: slow.endpoint,
      OTEL_EXPORTER_OTLP_TIMEOUT: '100',
      OTEL_BSP_SCHEDULE_DELAY: '10',
    });
    work(monitoring);
    // The default is ten seconds.
    await until(() => slow.requests.length >= 2, 'it is tried again', 4000);
  });

  it('OTEL_EXPORTER_OTLP_PROTOCOL: what is not spoken is told in one line', async () => {
    const { endpoint, requests } = await collector();
    const sink = createLogSink();
    const monitoring = start(
      { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      { logs: { destination: sink } },
    );
    work(monitoring);
    await monitoring.shutdown();
    expect(requests[0]?.spans).toHaveLength(1);
    expect(sink.lines.filter(({ msg }) => msg.includes('JSON over HTTP'))).toMatchObject([
      { level: 40, msg: expect.stringContaining('grpc') },
    ]);
  });

  it('OTEL_EXPORTER_OTLP_CERTIFICATE: whoever it vouches for is trusted, others are not', async () => {
    const { key, cert } = await selfSigned();
    const folder = mkdtempSync(path.join(tmpdir(), 'telltale-'));
    open.push(() => rmSync(folder, { recursive: true }));
    const file = path.join(folder, 'ca.pem');
    writeFileSync(file, cert);
    let requests = 0;
    const server = createTlsServer({ key, cert }, (request, response) => {
      requests++;
      request.resume().on('end', () => response.end('{}'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push(() => server.close());
    const { port } = server.address() as { port: number };
    const endpoint = `https://localhost:${port}`;
    const stranger = start({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
    work(stranger);
    await stranger.shutdown();
    expect(requests).toBe(0);
    expect(await stranger.metrics.text()).toContain(
      'telltale_spans_lost_total{exporter="otlp",reason="error"} 1',
    );
    const friend = start({ OTEL_EXPORTER_OTLP_CERTIFICATE: file });
    work(friend);
    await friend.shutdown();
    expect(requests).toBe(1);
    const loud = start({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint.replace('https', 'HTTPS') });
    work(loud);
    await loud.shutdown();
    expect(requests).toBe(2);
  });

  it.each([
    { OTEL_EXPORTER_OTLP_CERTIFICATE: '/there/is/no/such.pem' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
  ])('%o: cannot be used, which is told by its name', async (env) => {
    const sink = createLogSink();
    const monitoring = start(
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', ...env },
      { logs: { destination: sink } },
    );
    work(monitoring);
    await monitoring.shutdown();
    const [name] = Object.keys(env);
    const line = sink.lines.find(({ msg }) => msg.includes('traces failed'));
    expect(line).toMatchObject({ err: { message: expect.stringContaining(name as string) } });
  });
});

describe('how many and when', () => {
  it('OTEL_BSP_SCHEDULE_DELAY: after so many milliseconds', async () => {
    const { endpoint, requests } = await collector();
    const monitoring = start({
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '30',
    });
    for (let round = 1; round <= 3; round++) {
      work(monitoring);
      // By default it is five seconds.
      await until(() => requests.length === round, 'it was sent', 3000);
    }
  });

  it('OTEL_BSP_MAX_EXPORT_BATCH_SIZE: so many at once, as soon as there are', async () => {
    const { endpoint, requests } = await collector();
    const monitoring = start({
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '7',
    });
    work(monitoring, 20);
    await until(() => requests.length >= 2, 'full batches were sent', 3000);
    await monitoring.shutdown();
    expect(requests.map(({ spans }) => spans.length)).toEqual([7, 7, 6]);
  });

  it('OTEL_BSP_MAX_QUEUE_SIZE: no more than so many wait', async () => {
    const { endpoint, accepted } = await collector();
    const monitoring = start({
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_BSP_MAX_QUEUE_SIZE: '10',
    });
    work(monitoring, 25);
    await monitoring.shutdown();
    expect(accepted()).toBe(10);
    expect(await monitoring.metrics.text()).toContain(
      'telltale_spans_lost_total{exporter="otlp",reason="queue_full"} 15',
    );
  });

  it('OTEL_BSP_EXPORT_TIMEOUT: all attempts together take no longer', async () => {
    const { endpoint } = await collector({ answer: (response) => response.writeHead(503).end() });
    const monitoring = start({
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_BSP_EXPORT_TIMEOUT: '300',
      OTEL_BSP_SCHEDULE_DELAY: '10',
    });
    work(monitoring);
    await until(
      async () => (await monitoring.metrics.text()).includes('reason="unavailable"} 1'),
      'it is given up',
      // By default it is thirty seconds.
      10_000,
    );
  });

  it('passes over settings that cannot be', async () => {
    const { endpoint, requests } = await collector();
    const monitoring = start({
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_BSP_SCHEDULE_DELAY: 'soon',
      OTEL_BSP_MAX_QUEUE_SIZE: '-1',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '0',
      OTEL_BSP_EXPORT_TIMEOUT: randomBytes(4).toString('base64'),
      OTEL_EXPORTER_OTLP_TIMEOUT: 'never',
    });
    work(monitoring, 5);
    await sleep(500);
    expect(requests).toEqual([]);
    await monitoring.shutdown();
    expect(requests[0]?.spans).toHaveLength(5);
  });
});
