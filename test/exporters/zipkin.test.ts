import { type Span, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { ZipkinExporter } from '@opentelemetry/exporter-zipkin';
import { afterEach, describe, expect, it } from 'vitest';
import { zipkin } from '../../src/exporters/zipkin.js';
import { createMonitoring } from '../../src/index.js';
import { type FaultyCollector, startFaultyCollector } from '../services/faulty-collector.js';
import { until } from '../support/until.js';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** As Zipkin's API answers: https://zipkin.io/zipkin-api/#/default/post_spans */
async function startZipkin(): Promise<FaultyCollector> {
  const one = await startFaultyCollector({
    answer: (response) => response.writeHead(202).end(),
  });
  open.push(one.stop);
  return one;
}

describe('zipkin', () => {
  it('sends version 2 of Zipkin’s format', async () => {
    const receiver = await startZipkin();
    const monitoring = createMonitoring({
      serviceName: 'shop',
      logs: false,
      traces: {
        exporter: zipkin({
          endpoint: `${receiver.endpoint}/api/v2/spans`,
          headers: { 'x-tenant': 'one' },
        }),
      },
    });
    monitoring.start();
    monitoring.tracer.startActiveSpan('outer', { kind: SpanKind.SERVER }, (outer) => {
      const startTime = Date.now() - 5 + 0.4567;
      const inner = monitoring.tracer.startSpan('inner', { startTime, attributes: { items: 3 } });
      inner.setStatus({ code: SpanStatusCode.ERROR, message: 'sold out' });
      inner.end();
      outer.end();
    });
    await monitoring.shutdown();

    const [request] = receiver.requests;
    expect(request?.path).toBe('/api/v2/spans');
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-tenant': 'one',
    });
    const spans = JSON.parse(String(request?.body)) as Record<string, unknown>[];
    const outer = spans.find(({ name }) => name === 'outer');
    const inner = spans.find(({ name }) => name === 'inner');
    expect(outer).toMatchObject({ kind: 'SERVER', localEndpoint: { serviceName: 'shop' } });
    expect(outer?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(outer?.id).toMatch(/^[0-9a-f]{16}$/);
    expect(inner).toMatchObject({
      traceId: outer?.traceId,
      parentId: outer?.id,
      tags: { items: '3', error: 'sold out' },
    });
    for (const { timestamp, duration } of spans as { timestamp: number; duration: number }[]) {
      // Zipkin reads a whole number, and refuses the batch for any other.
      expect(Number.isInteger(timestamp)).toBe(true);
      expect(Math.abs(timestamp / 1e6 - Date.now() / 1000)).toBeLessThan(60);
      expect(duration).toBeGreaterThan(0);
    }
    expect(await monitoring.metrics.text()).toContain(
      'telltale_spans_exported_total{exporter="zipkin"} 2',
    );
  });

  it('takes what OpenTelemetry’s own exporter makes of spans, early and late ones', async () => {
    const receiver = await startZipkin();
    const exporter = new ZipkinExporter({ url: `${receiver.endpoint}/api/v2/spans` });
    const monitoring = createMonitoring({ logs: false, traces: { exporter } });
    monitoring.start();
    const work = (): Span => {
      const span = monitoring.tracer.startSpan('work', { startTime: Date.now() - 5 + 0.4567 });
      span.end();
      return span;
    };
    work();
    await until(() => Object.hasOwn(work(), 'resource'), 'spans are the SDK’s');
    await monitoring.shutdown();
    const spans = receiver.requests.flatMap(({ body }) => JSON.parse(String(body)));
    expect(spans.length).toBeGreaterThan(1);
    for (const { timestamp, duration } of spans) {
      expect(Number.isInteger(timestamp)).toBe(true);
      expect(duration).toBeGreaterThan(0);
    }
  });

  it('loses a span that cannot be written down alone', async () => {
    const receiver = await startZipkin();
    const monitoring = createMonitoring({
      logs: false,
      traces: { exporter: zipkin({ endpoint: receiver.endpoint }) },
    });
    monitoring.start();
    monitoring.trace('good', () => {});
    const unreadable = { toString: () => ({}) } as never;
    monitoring.trace('bad', (span) => span.setAttribute('x', unreadable));
    monitoring.trace('good', () => {});
    await monitoring.shutdown();
    expect(receiver.requests).toHaveLength(1);
    expect(JSON.parse(String(receiver.requests[0]?.body))).toMatchObject([
      { name: 'good' },
      { name: 'good' },
    ]);
    expect(await monitoring.metrics.text()).toContain(
      'telltale_spans_lost_total{exporter="zipkin",reason="error"} 1',
    );
  });

  it.each([
    [400, 'rejected'],
    [503, 'unavailable'],
  ])('counts what is lost to %i', async (status, reason) => {
    const receiver = await startZipkin();
    receiver.behave({ answer: (response) => response.writeHead(status).end() });
    const monitoring = createMonitoring({
      logs: false,
      traces: { exporter: zipkin({ endpoint: receiver.endpoint }) },
    });
    monitoring.start();
    monitoring.tracer.startSpan('work').end();
    await monitoring.shutdown();
    expect(await monitoring.metrics.text()).toContain(
      `telltale_spans_lost_total{exporter="zipkin",reason="${reason}"} 1`,
    );
  });

  it.each([{ endpoint: 'zipkin' }, { timeout: 0 }, { url: 'http://zipkin' }])(
    'refuses %o',
    (options) => {
      expect(() => zipkin(options as object)).toThrow(/^zipkin exporter: /);
    },
  );
});
