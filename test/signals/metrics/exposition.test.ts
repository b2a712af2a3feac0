import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createMonitoring, setupMonitoring } from '../../../src/index.js';
import { negotiate } from '../../../src/signals/metrics/negotiate.js';
import { findOpenMetricsParser, parseOpenMetrics } from '../../services/openmetrics.js';
import {
  checkMetrics,
  findPrometheus,
  findPromtool,
  startPrometheus,
} from '../../services/prometheus.js';
import { describeWith } from '../../services/skip.js';
import { createSpanMemory } from '../../support/span-memory.js';
import { until } from '../../support/until.js';

describe('negotiation', () => {
  it.each([
    [undefined, 'text'],
    ['', 'text'],
    ['*/*', 'text'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'text'],
    ['application/openmetrics-text', 'openmetrics'],
    ['application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5', 'openmetrics'],
    ['application/openmetrics-text;q=0.4,text/plain;q=0.5', 'text'],
    ['application/openmetrics-text;q=0', 'text'],
    ['application/*;q=0.9,text/plain;q=0.1', 'openmetrics'],
    ['application/openmetrics-text;q=nonsense', 'text'],
    ['APPLICATION/OPENMETRICS-TEXT ; Q=1', 'openmetrics'],
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      'openmetrics',
    ],
    ['image/png', 'text'],
  ])('%j is answered with %s', (accept, format) => {
    expect(negotiate(accept)).toBe(format);
  });
});

describe('openmetrics', () => {
  it('names counters by its own rule and ends with # EOF; the other format is unchanged after it', async () => {
    const { metrics } = createMonitoring({ logs: false });
    metrics.counter({ name: 'jobs_total', help: 'Jobs' }).inc();
    metrics.histogram({ name: 'sizes', help: 'x', buckets: [0.005, 1, 1e6, 2.5e7] }).observe(1);
    const before = await metrics.text('text');
    const open = await metrics.text('openmetrics');
    expect(open).toContain('# TYPE jobs counter\njobs_total 1\n');
    expect(open).toContain('le="0.005"');
    expect(open).toContain('le="1.0"');
    expect(open).toContain('le="1e+06"');
    expect(open).toContain('le="2.5e+07"');
    expect(open.endsWith('\n# EOF\n')).toBe(true);
    const names = (text: string) => text.match(/^# TYPE .*/gm);
    expect(names(await metrics.text('text'))).toEqual(names(before));
    expect(before).toContain('# TYPE jobs_total counter\njobs_total 1\n');
  });
});

async function monitoredServer() {
  const server = createServer((request, response) => {
    setTimeout(() => response.end('ok'), request.url?.startsWith('/slow') ? 35 : 0);
  });
  const monitoring = setupMonitoring(server, {
    serviceName: 'exposed',
    logs: false,
    traces: { exporter: createSpanMemory() },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    base: `http://127.0.0.1:${port}`,
    monitoring,
    async close() {
      await monitoring.shutdown();
      server.closeAllConnections();
      server.close();
    },
  };
}

describeWith('prometheus', findPromtool())('promtool check metrics', () => {
  it('accepts /metrics', async () => {
    const { base, close } = await monitoredServer();
    for (const path of ['/a', '/b?x=1']) await (await fetch(base + path)).arrayBuffer();
    await until(
      async () =>
        /^system_memory_total_bytes [1-9]/m.test(await (await fetch(`${base}/metrics`)).text()),
      'the system is sampled',
    );
    const text = await (await fetch(`${base}/metrics`)).text();
    expect(await checkMetrics(text)).toEqual({ code: 0, output: '' });
    for (const start of ['http_', 'process_', 'nodejs_', 'system_', 'app_', 'telltale_']) {
      expect(text).toContain(`\n# TYPE ${start}`);
    }
    await close();
  });
});

describeWith('python3-prometheus-client', findOpenMetricsParser())('a strict parser', () => {
  it('accepts OpenMetrics, exemplars and odd values included', async () => {
    const { base, monitoring, close } = await monitoredServer();
    await (await fetch(`${base}/a`)).arrayBuffer();
    const odd = monitoring.metrics.counter({
      name: 'odd_total',
      help: 'a "b" \\ c\nd',
      labelNames: ['v'],
    });
    for (const v of ['"', '\\', '\n', '# EOF', '__proto__', '\ud800', '}', ' ']) odd.inc({ v });
    monitoring.metrics
      .histogram({ name: 'wide', help: 'x', buckets: [0.00001, 0.5, 1, 12, 1e6, 2.5e7] })
      .observe(3);
    const accept = 'application/openmetrics-text;version=1.0.0';
    const text = await (await fetch(`${base}/metrics`, { headers: { accept } })).text();
    expect(text).toContain(' # {trace_id="');
    expect(await parseOpenMetrics(text)).toBe(text.match(/^# TYPE/gm)?.length);
    await expect(parseOpenMetrics(text.replace(/# EOF\n$/, ''))).rejects.toThrow('EOF');
    await close();
  });
});

describeWith('prometheus', findPrometheus())('a real Prometheus', () => {
  it('scrapes /metrics, and computes from it what the requests were', {
    timeout: 60_000,
  }, async () => {
    const { base, close } = await monitoredServer();
    const prometheus = await startPrometheus({ targetUrl: `${base}/metrics` });
    const get = async (path: string) =>
      ((await (await fetch(`${prometheus?.url}/api/v1/${path}`)).json()) as { data: unknown }).data;
    async function query(expression: string): Promise<number> {
      const { result } = (await get(`query?query=${encodeURIComponent(expression)}`)) as {
        result: { value: [number, string] }[];
      };
      return Number(result[0]?.value[1]);
    }
    const counted = 'http_requests_total{route="unmatched",status="200"}';
    await (await fetch(`${base}/a`)).arrayBuffer();
    await until(async () => (await query(counted)) === 1, 'it is scraped', 30_000);
    expect(await query('up')).toBe(1);
    const started = Date.now() / 1000;
    for (let i = 0; i < 40; i++) await (await fetch(`${base}/slow?${i}`)).arrayBuffer();
    await until(async () => (await query(counted)) === 41, 'the rest is scraped', 30_000);

    expect(await query(`increase(${counted}[1m])`)).toBeGreaterThan(30);
    expect(await query(`sum(rate(${counted}[1m])) / sum(rate(http_requests_total[1m]))`)).toBe(1);
    // 40 of 41 requests took 30 to 50 ms: the quantile is interpolated inside that bucket.
    const p50 = await query(
      'histogram_quantile(0.5, sum by (le) (http_request_duration_seconds_bucket{status="200"}))',
    );
    const below = await query('http_request_duration_seconds_bucket{le=~"0.025"}');
    const within = await query('http_request_duration_seconds_bucket{le=~"0.05"}');
    expect(p50).toBeCloseTo(0.025 + (0.025 * (20.5 - below)) / (within - below), 6);

    const exemplars = (await get(
      `query_exemplars?query=http_request_duration_seconds_bucket&start=${started - 60}&end=${started + 60}`,
    )) as { exemplars: { labels: { trace_id: string; span_id: string } }[] }[];
    expect(exemplars[0]?.exemplars[0]?.labels.trace_id).toMatch(/^[0-9a-f]{32}$/);
    await prometheus?.stop();
    await close();
  });
});
