import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type MemoryExporter, memory } from '../../src/exporters/memory.js';
import { createMonitoring, type Monitoring, setupMonitoring } from '../../src/index.js';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

function start(): { spans: MemoryExporter; monitoring: Monitoring } {
  const spans = memory();
  const monitoring = createMonitoring({
    serviceName: 'shop',
    logs: false,
    traces: { exporter: spans },
  });
  monitoring.start();
  open.push(monitoring.shutdown);
  return { spans, monitoring };
}

describe('memory', () => {
  it('has a span at the moment at which it has ended', () => {
    const { spans, monitoring } = start();
    const span = monitoring.tracer.startSpan('work', { attributes: { a: 1 } });
    expect(spans.spans).toEqual([]);
    span.addEvent('halfway', { n: 1 });
    span.end();
    span.setAttribute('late', true);
    const [seen] = spans.spans;
    expect(seen).toMatchObject({
      name: 'work',
      kind: 'internal',
      ...{ traceId: span.spanContext().traceId, spanId: span.spanContext().spanId },
      parentSpanId: undefined,
      status: 'unset',
      events: [{ name: 'halfway', attributes: { n: 1 } }],
      scope: 'telltale',
    });
    expect(seen?.attributes).toEqual({ a: 1 });
    expect(seen?.resource['service.name']).toBe('shop');
    expect(seen?.duration).toBeGreaterThan(0);
    expect(Math.abs((seen?.startTime ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it('finds spans by what they have', () => {
    const { spans, monitoring } = start();
    const error = new Error('sold out');
    for (const items of [1, 2, 2]) {
      monitoring.trace('price cart', { kind: 'client', attributes: { items } }, () => {});
    }
    expect(() =>
      monitoring.trace('buy', { attributes: { tags: ['a', 'b'] } }, () => {
        throw error;
      }),
    ).toThrow(error);
    expect(spans.find({ name: 'price cart' })?.attributes).toEqual({ items: 1 });
    expect(spans.findAll({ name: /cart$/, kind: 'client' })).toHaveLength(3);
    expect(spans.findAll({ attributes: { items: 2 } })).toHaveLength(2);
    expect(spans.find({ attributes: { items: '2' } })).toBeUndefined();
    expect(spans.find({ attributes: { tags: ['a', 'b'] } })?.name).toBe('buy');
    expect(spans.find({ status: 'error' })).toMatchObject({
      name: 'buy',
      statusMessage: 'sold out',
      events: [{ name: 'exception', attributes: { 'exception.type': 'Error' } }],
    });
    spans.reset();
    expect(spans.spans).toEqual([]);
  });

  it('draws them as a tree', () => {
    const { spans, monitoring } = start();
    monitoring.trace('order', () => {
      monitoring.trace('price', () => monitoring.trace('tax', () => {}));
      monitoring.trace('ship', () => {});
    });
    expect(spans.tree()).toBe('order\n  price\n    tax\n  ship');
  });

  it('has the span of a request once it is answered', async () => {
    const spans = memory();
    const server = createServer((_request, response) => response.end('hello'));
    const monitoring = setupMonitoring(server, { logs: false, traces: { exporter: spans } });
    open.push(monitoring.shutdown);
    open.push(async () => {
      server.closeAllConnections();
      server.close();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    for (let i = 1; i <= 20; i++) {
      await (await fetch(`http://127.0.0.1:${port}/`)).text();
      expect(spans.spans).toHaveLength(i);
    }
    expect(spans.spans[0]).toMatchObject({ kind: 'server', name: 'GET' });
  });
});
