import { existsSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { type Collector, startCollector } from './collector.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';

const full = {
  traceId,
  spanId: 'b7ad6b7169203331',
  parentSpanId: '00f067aa0ba902b7',
  name: 'GET /users/:id',
  kind: 2,
  startTimeUnixNano: '1700000000123456789',
  endTimeUnixNano: '1700000000223456789',
  attributes: [
    { key: 'text', value: { stringValue: 'a: Str(b) → "c"' } },
    { key: 'lines', value: { stringValue: 'Error: x\n    at f (file:1)\n\n    at g' } },
    { key: 'empty', value: { stringValue: '' } },
    { key: 'http.response.status_code', value: { intValue: '500' } },
    { key: 'ratio', value: { doubleValue: 1.5 } },
    { key: 'ok', value: { boolValue: false } },
    { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } } },
  ],
  events: [
    {
      name: 'exception',
      timeUnixNano: '1700000000143456789',
      attributes: [{ key: 'exception.stacktrace', value: { stringValue: 'Error: x\n  at f' } }],
    },
  ],
  links: [{ traceId, spanId: 'b7ad6b7169203339', attributes: [] }],
  status: { code: 2, message: 'two\nlines' },
};

const bare = { traceId, spanId: 'b7ad6b7169203332', name: 'tick', kind: 1 };

async function post(collector: Collector, service: string, spans: readonly object[]) {
  const attributes = [{ key: 'service.name', value: { stringValue: service } }];
  const scopeSpans = [{ scope: { name: 'test', version: '1' }, spans }];
  const response = await fetch(`${collector.endpoint}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans }] }),
  });
  expect(response.status).toBe(200);
}

async function ownCollector(): Promise<Collector> {
  const collector = await startCollector();
  onTestFinished(collector.stop);
  return collector;
}

test('reads everything a span says about itself', async () => {
  const collector = await ownCollector();
  await post(collector, 'shop', [full, bare]);
  await post(collector, 'till', [{ ...bare, status: { code: 1 } }]);
  expect(await collector.waitForSpans(3, 2_000)).toEqual([
    {
      traceId,
      spanId: 'b7ad6b7169203331',
      parentSpanId: '00f067aa0ba902b7',
      name: 'GET /users/:id',
      kind: 'server',
      status: 'error',
      statusMessage: 'two\nlines',
      startNanos: 1700000000123456789n,
      endNanos: 1700000000223456789n,
      attributes: {
        text: 'a: Str(b) → "c"',
        lines: 'Error: x\n    at f (file:1)\n\n    at g',
        empty: '',
        'http.response.status_code': 500,
        ratio: 1.5,
        ok: false,
        list: 'Slice(Str(a), Int(1))',
      },
      resource: { 'service.name': 'shop' },
    },
    expect.objectContaining({ name: 'tick', kind: 'internal', status: 'unset', attributes: {} }),
    expect.objectContaining({ name: 'tick', status: 'ok', resource: { 'service.name': 'till' } }),
  ]);
  expect(collector.spans()[1]).not.toHaveProperty('parentSpanId');
});

test('takes 3,000 spans within two seconds', async () => {
  const collector = await ownCollector();
  for (let batch = 0; batch < 6; batch += 1) {
    const spans = Array.from({ length: 500 }, (_, n) => ({ ...full, name: `${batch * 500 + n}` }));
    await post(collector, 'shop', spans);
  }
  const spans = await collector.waitForSpans(3_000, 2_000);
  expect(spans).toHaveLength(3_000);
  expect(new Set(spans.map((span) => span.name)).size).toBe(3_000);
  expect(spans.every((span) => Object.keys(span.attributes).length === 7)).toBe(true);
});

test('says which spans did arrive when there are too few', async () => {
  const collector = await ownCollector();
  await post(collector, 'shop', [bare]);
  const message = 'The collector got 1 of 2 spans in 200 ms: tick';
  await expect(collector.waitForSpans(2, 200)).rejects.toThrow(message);
});

test('leaves no process behind and can come back where it was', async () => {
  const first = await startCollector();
  await first.stop();
  expect(existsSync(`/proc/${first.pid}`)).toBe(false);
  const second = await startCollector({ port: first.port });
  onTestFinished(second.stop);
  expect(second.endpoint).toBe(first.endpoint);
});
