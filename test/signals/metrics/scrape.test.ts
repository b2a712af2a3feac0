import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { Counter, Registry } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createMonitoring,
  type MonitoringOptions,
  operation,
  setupMonitoring,
} from '../../../src/index.js';
import { createLogSink } from '../../support/log-sink.js';
import { createSpanMemory } from '../../support/span-memory.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function serve(options: MonitoringOptions = {}) {
  const server = createServer((_request, response) => response.end('ok'));
  const monitoring = setupMonitoring(server, { logs: false, ...options });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(
    () => server.close(),
    () => server.closeAllConnections(),
    monitoring.shutdown,
  );
  const base = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const scrape = (headers: Record<string, string> = {}) => fetch(`${base}/metrics`, { headers });
  return { monitoring, base, scrape };
}

describe('a scrape', () => {
  it('is compressed when that is wanted and worth it', async () => {
    const { scrape, base } = await serve();
    const plain = await scrape({ 'accept-encoding': 'identity' });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(plain.headers.get('vary')).toBe('accept, accept-encoding');
    const { request } = await import('node:http');
    const raw = await new Promise<Buffer>((resolve) => {
      request(
        `${base}/metrics`,
        { headers: { 'accept-encoding': 'deflate, gzip;q=0.5' } },
        (response) => {
          expect(response.headers['content-encoding']).toBe('gzip');
          const chunks: Buffer[] = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('end', () => resolve(Buffer.concat(chunks)));
        },
      ).end();
    });
    expect(gunzipSync(raw).toString()).toContain('# TYPE http_requests_total counter');
    expect(raw.length * 3).toBeLessThan((await plain.text()).length);
    const refused = await scrape({ 'accept-encoding': 'gzip;q=0' });
    expect(refused.headers.get('content-encoding')).toBeNull();
  });

  it('is one collection for all who ask at the same time', async () => {
    const { monitoring, scrape } = await serve();
    let collections = 0;
    monitoring.metrics.onCollect('counted', async () => {
      collections++;
      await sleep(50);
    });
    const bodies = await Promise.all(
      Array.from({ length: 20 }, async () => (await scrape()).text()),
    );
    expect(collections).toBe(1);
    expect(new Set(bodies.map((body) => body.length)).size).toBe(1);
  });

  it('leaves out what hangs, by the time that the scraper has', async () => {
    const { monitoring, scrape } = await serve();
    let calls = 0;
    monitoring.metrics.onCollect('hangs', () => {
      calls++;
      return new Promise(() => {});
    });
    const hanging = monitoring.metrics.gauge({
      name: 'hanging',
      help: 'x',
      collect: () => new Promise(() => {}),
    });
    hanging.set(1);
    for (let i = 0; i < 2; i++) {
      const started = performance.now();
      const text = await (await scrape({ 'x-prometheus-scrape-timeout-seconds': '0.5' })).text();
      expect(performance.now() - started).toBeLessThan(500);
      expect(text).toContain('app_uptime_seconds');
      expect(text).not.toContain('\nhanging 1');
    }
    const text = await monitoring.metrics.text();
    expect(text).toMatch(/telltale_faults_total\{part="metrics\/hangs"\} [23]/);
    expect(text).toContain('telltale_faults_total{part="metrics/hanging"} 2');
    expect(calls).toBe(1);
  }, 40_000);

  it('carries exemplars of sampled traces in OpenMetrics, and only there', async () => {
    const memory = createSpanMemory();
    const { monitoring, base, scrape } = await serve({ traces: { exporter: memory } });
    await (await fetch(base)).text();
    const open = await (await scrape({ accept: 'application/openmetrics-text' })).text();
    const text = await (await scrape()).text();
    await monitoring.shutdown();
    const { traceId, spanId } = memory.named('GET').spanContext();
    const exemplars = open.match(/.* # \{.*/g) ?? [];
    expect(exemplars).toHaveLength(2);
    for (const line of exemplars) {
      expect(line).toMatch(
        new RegExp(
          `^http_request\\w+\\{.*\\} 1 # \\{trace_id="${traceId}",span_id="${spanId}"\\} [\\d.e-]+ \\d+\\.\\d+$`,
        ),
      );
    }
    expect(text).not.toContain(' # {');
  });

  it("gives the application's own counts and times the trace that they came from", async () => {
    const memory = createSpanMemory();
    const { metrics, trace, observe, start, shutdown } = createMonitoring({
      logs: false,
      traces: { exporter: memory, sampleRatio: 1 },
    });
    start();
    const orders = metrics.counter({ name: 'orders_total', help: 'x', labelNames: ['plan'] });
    const price = metrics.histogram({ name: 'price_euros', help: 'x', buckets: [1, 10] });
    const held = orders.labels({ plan: 'pro' });
    trace('order', () => {
      held.inc();
      price.observe(5);
    });
    observe(operation('job'), {}, () => orders.inc({ plan: 'free' }, 2));
    orders.inc({ plan: 'none' });
    const lines = (await metrics.text('openmetrics')).split('\n');
    await shutdown();
    const exemplarOf = (start: string) =>
      /# \{trace_id="(\w+)",span_id="(\w+)"\} (\S+)/
        .exec(lines.find((line) => line.startsWith(start)) ?? '')
        ?.slice(1);
    const placeOf = (name: string) => {
      const { traceId, spanId } = memory.named(name).spanContext();
      return [traceId, spanId];
    };
    expect(exemplarOf('orders_total{plan="pro"}')).toEqual([...placeOf('order'), '1']);
    expect(exemplarOf('price_euros_bucket{le="10.0"}')).toEqual([...placeOf('order'), '5']);
    expect(exemplarOf('price_euros_bucket{le="1.0"}')).toBeUndefined();
    expect(exemplarOf('orders_total{plan="free"}')).toEqual([...placeOf('job'), '2']);
    expect(exemplarOf('orders_total{plan="none"}')).toBeUndefined();
  });

  it('names no trace that is not recorded', async () => {
    const { metrics, trace } = createMonitoring({
      logs: false,
      traces: { exporter: createSpanMemory(), sampleRatio: 0 },
    });
    const orders = metrics.counter({ name: 'orders_total', help: 'x' });
    trace('order', () => orders.inc());
    expect(await metrics.text('openmetrics')).toContain('\norders_total 1\n');
  });
});

describe('further registries', () => {
  it('are shown with their own labels', async () => {
    const registry = new Registry();
    registry.setDefaultLabels({ region: 'eu' });
    new Counter({ name: 'theirs_total', help: 'Theirs', registers: [registry] }).inc(2);
    const { metrics } = createMonitoring({ logs: false, metrics: { registries: [registry] } });
    const text = await metrics.text();
    expect(text).toContain('theirs_total{region="eu"} 2');
    expect(text).toMatch(/^app_uptime_seconds \d/m);
    expect(await metrics.text('openmetrics')).toContain(
      '# TYPE theirs counter\ntheirs_total{region="eu"} 2',
    );
    expect(await registry.metrics()).toContain('# TYPE theirs_total counter');
  });

  it('may not share a name', () => {
    const [one, two] = [new Registry(), new Registry()];
    for (const registry of [one, two]) {
      new Counter({ name: 'twice_total', help: 'x', registers: [registry] });
    }
    expect(() =>
      createMonitoring({ logs: false, metrics: { registry: one, registries: [two] } }),
    ).toThrow('metric twice_total: is in the registry and in metrics.registries[0]');
    expect(() => createMonitoring({ logs: false, metrics: { registries: [one, two] } })).toThrow(
      'metric twice_total: is in metrics.registries[0] and in metrics.registries[1]',
    );
    const clash = new Registry();
    new Counter({ name: 'http_requests_total', help: 'x', registers: [clash] });
    expect(() => createMonitoring({ logs: false, metrics: { registries: [clash] } })).toThrow(
      'metric http_requests_total: metrics.registries[0] already holds a metric of that name',
    );
  });
});

describe('advice on names', () => {
  it('is given outside production', () => {
    const warned = (
      environment: string,
      register: (metrics: ReturnType<typeof createMonitoring>['metrics']) => void,
    ) => {
      const sink = createLogSink();
      register(createMonitoring({ environment, logs: { destination: sink } }).metrics);
      return sink.lines.map(({ msg }) => msg);
    };
    const bad = (metrics: ReturnType<typeof createMonitoring>['metrics']) => {
      metrics.counter({ name: 'jobs', help: 'x' });
      metrics.gauge({ name: 'size_kb', help: 'x' });
      metrics.gauge({ name: 'things_total', help: 'x' });
      metrics.gauge({ name: 'latency_ms', help: '' });
      metrics.gauge({ name: 'up', help: 'x' });
      metrics.gauge({ name: 'camelCase', help: 'x' });
      metrics.gauge({ name: 'row_count', help: 'x' });
    };
    expect(warned('production', bad)).toEqual([]);
    expect(warned('development', bad)).toEqual([
      'telltale: metric jobs: expected a counter’s name to end in _total',
      'telltale: metric size_kb: expected base units: bytes',
      'telltale: metric things_total: expected only a counter’s name to end in _total',
      'telltale: metric latency_ms: expected base units: seconds',
      'telltale: metric latency_ms: expected a help text',
      'telltale: metric up: expected a name that Prometheus does not use itself',
      'telltale: metric camelCase: expected a name in snake_case',
      'telltale: metric row_count: expected a gauge’s name not to end like a part of a histogram',
    ]);
  });

  it('has none for telltale’s own metrics', async () => {
    const sink = createLogSink();
    const monitoring = createMonitoring({
      environment: 'development',
      logs: { destination: sink },
    });
    monitoring.start();
    await monitoring.shutdown();
    expect(sink.lines.filter(({ msg }) => msg.includes('metric '))).toEqual([]);
  });
});

describe('a summary', () => {
  it('is prom-client’s own, made once', async () => {
    const { metrics } = createMonitoring({ logs: false });
    const summary = metrics.summary({ name: 'sizes', help: 'Sizes', percentiles: [0.5] });
    expect(metrics.summary({ name: 'sizes', help: 'Sizes' })).toBe(summary);
    summary.observe(3);
    expect(await metrics.text()).toContain('sizes{quantile="0.5"} 3');
    expect(() => metrics.summary({ name: 'app_uptime_seconds', help: 'x' })).toThrow(
      'is no summary',
    );
  });
});

describe('a large registry', () => {
  it('does not hold the event loop up', async () => {
    const { metrics } = createMonitoring({ logs: false, metrics: { seriesLimit: 60_000 } });
    const many = metrics.counter({ name: 'many_total', help: 'x', labelNames: ['a', 'b'] });
    for (let i = 0; i < 50_000; i++) many.inc({ a: `a${i}`, b: i % 7 });
    await metrics.text();
    let turns = 0;
    let next = setImmediate(function turn() {
      turns++;
      next = setImmediate(turn);
    });
    const pieces = await metrics.pieces();
    clearImmediate(next);
    expect(
      Buffer.concat(pieces)
        .toString()
        .match(/^many_total\{/gm),
    ).toHaveLength(50_000);
    expect(turns).toBeGreaterThan(1);
  });
});
