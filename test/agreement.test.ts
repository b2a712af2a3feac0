import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setupMonitoring } from '../src/index.js';
import { type Collector, startCollector } from './services/collector.js';
import { createLogSink } from './support/log-sink.js';
import { samplesOf, total } from './support/samples.js';
import { SUBJECTS } from './support/subjects.js';
import { until } from './support/until.js';

const REQUESTS = 1000;
const PATHS = ['/users/1', '/users/2?x=1', '/slow/1', '/throw', '/nowhere'];

async function sendAll(base: string): Promise<void> {
  let next = 0;
  async function worker(): Promise<void> {
    for (let i = next++; i < REQUESTS; i = next++) {
      const response = await fetch(base + PATHS[i % PATHS.length]);
      await response.arrayBuffer();
    }
  }
  await Promise.all(Array.from({ length: 10 }, worker));
}

describe.each(SUBJECTS)('1,000 requests to $name', (subject) => {
  let collector: Collector;
  beforeAll(async () => {
    collector = await startCollector();
  });
  afterAll(() => collector.stop());

  it('are 1,000 in the metric, 1,000 lines and 1,000 spans that agree', async () => {
    const sink = createLogSink();
    const built = subject.build();
    const monitoring = setupMonitoring(built.app, {
      ...subject.options,
      serviceName: 'agreement',
      logs: { destination: sink },
      traces: { exporter: 'otlp', endpoint: collector.endpoint, sampleRatio: 1 },
    });
    built.addRoutes();
    const base = await built.listen();
    await sendAll(base);
    await until(() => sink.requests().length >= REQUESTS, 'every request has its line');

    const text = await (await fetch(`${base}/metrics`)).text();
    expect(total(text, 'http_requests_total')).toBe(REQUESTS);
    expect(total(text, 'http_request_duration_seconds_count')).toBe(REQUESTS);
    expect(total(text, 'http_requests_in_progress')).toBe(0);
    const lines = sink.requests();
    expect(lines).toHaveLength(REQUESTS);

    const counted = samplesOf(text, 'http_requests_total').map(
      ({ labels, value }) => `${labels.route} ${labels.status} ${value}`,
    );
    const logged = new Map<string, number>();
    for (const { route, status } of lines) {
      const key = `${route} ${status}`;
      logged.set(key, (logged.get(key) ?? 0) + 1);
    }
    expect(counted.sort()).toEqual([...logged].map(([key, count]) => `${key} ${count}`).sort());
    expect(counted).toHaveLength(4);

    await monitoring.shutdown();
    const spans = (await collector.waitForSpans(REQUESTS, 10_000)).filter(
      ({ kind }) => kind === 'server',
    );
    expect(spans).toHaveLength(REQUESTS);
    const byTrace = new Map(spans.map((span) => [span.traceId, span]));
    expect(byTrace.size).toBe(REQUESTS);
    for (const line of lines) {
      const span = byTrace.get(String(line.trace_id));
      expect(span?.spanId).toBe(line.span_id);
      expect(span?.attributes['http.route'] ?? 'unmatched').toBe(line.route);
      expect(span?.attributes['http.response.status_code']).toBe(line.status);
      expect(span?.status).toBe(Number(line.status) >= 500 ? 'error' : 'unset');
    }
    await built.close();
  });
});
