import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createMonitoring, setupMonitoring } from '../../../src/index.js';
import { negotiate } from '../../../src/signals/metrics/negotiate.js';
import {
  checkMetrics,
  findPrometheus,
  findPromtool,
  startPrometheus,
} from '../../services/prometheus.js';
import { describeWith } from '../../services/skip.js';
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
  const server = createServer((_request, response) => response.end('ok'));
  const monitoring = setupMonitoring(server, { serviceName: 'exposed', logs: false });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    base: `http://127.0.0.1:${port}`,
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

describeWith('prometheus', findPrometheus())('a real Prometheus', () => {
  it('scrapes /metrics', { timeout: 60_000 }, async () => {
    const { base, close } = await monitoredServer();
    const prometheus = await startPrometheus({ targetUrl: `${base}/metrics` });
    await (await fetch(`${base}/a`)).arrayBuffer();
    async function query(expression: string): Promise<string | undefined> {
      const url = `${prometheus?.url}/api/v1/query?query=${encodeURIComponent(expression)}`;
      const { data } = (await (await fetch(url)).json()) as {
        data: { result: { value: [number, string] }[] };
      };
      return data.result[0]?.value[1];
    }
    await until(async () => (await query('http_requests_total')) === '1', 'it is scraped', 30_000);
    expect(await query('up')).toBe('1');
    expect(await query('http_request_duration_seconds_count{route="unmatched"}')).toBe('1');
    await prometheus?.stop();
    await close();
  });
});
