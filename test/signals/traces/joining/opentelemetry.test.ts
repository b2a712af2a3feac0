import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Collector, startCollector } from '../../../services/collector.js';
import type { ReceivedSpan } from '../../../services/received-span.js';
import { type Service, type ServiceStart, startService } from './service.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

let collector: Collector;
beforeAll(async () => {
  collector = await startCollector();
});
afterAll(() => collector.stop());

let services = 0;

/** Starts a service under a name of its own, by which its spans are found. */
async function start(options: ServiceStart) {
  const name = `service-${++services}`;
  const service = await startService({
    ...options,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_SERVICE_NAME: name,
      ...options.env,
    },
  });
  const received = () =>
    collector.spans().filter(({ resource }) => resource['service.name'] === name);
  return { ...service, received };
}

const place = (span: ReceivedSpan) => `${span.traceId}/${span.spanId}`;
const idsOf = (line: Record<string, unknown>) => `${line.trace_id}/${line.span_id}`;
const sorted = (texts: string[]) => texts.sort();

/** Every request has one server span, and everything that is told of it has its ids. */
async function expectOneSpanEach(service: Service & { received(): ReceivedSpan[] }, count: number) {
  const answers = await service.load(count);
  const { exposition, after } = await service.end();
  const spans = service.received();
  const servers = spans.filter(({ kind }) => kind === 'server');
  expect(servers).toHaveLength(count);
  const requests = service.requestLines();
  expect(requests).toHaveLength(count);
  expect(sorted(requests.map(idsOf))).toEqual(sorted(servers.map(place)));
  expect(servers.every(({ attributes }) => attributes['http.route'] === '/users/:id')).toBe(true);
  const traces = new Set(servers.map(({ traceId }) => traceId));
  expect(traces.size).toBe(count);

  // The lines and spans inside a request are in its trace, and below its span.
  const inside = service.lines.filter(({ msg }) => msg === 'inside');
  expect(inside).toHaveLength(count);
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const rootOf = (span: ReceivedSpan | undefined): ReceivedSpan | undefined =>
    span === undefined || span.kind === 'server' ? span : rootOf(byId.get(span.parentSpanId ?? ''));
  for (const line of inside) {
    const root = rootOf(byId.get(String(line.span_id)));
    const request = requests.find(({ request_id }) => request_id === line.request_id);
    expect(root && place(root)).toBe(request && idsOf(request));
  }
  for (const name of ['traced', 'cart.price']) {
    const below = spans.filter((span) => span.name === name);
    expect(below).toHaveLength(count);
    for (const span of below) expect(rootOf(span)?.traceId).toBe(span.traceId);
  }
  const observed = service.lines.filter(({ msg }) => msg === 'observed');
  expect(observed).toHaveLength(count);
  for (const line of observed) expect(byId.get(String(line.span_id))?.name).toBe('cart.price');
  for (const { traceId, headers } of answers) {
    expect(traces).toContain(traceId);
    expect(headers.traceparent).toContain(`00-${traceId}-`);
  }

  // The exemplars are theirs, too.
  const exemplars = [...exposition.matchAll(/trace_id="(\w+)",span_id="(\w+)"/g)];
  expect(exemplars.length).toBeGreaterThan(0);
  for (const [, traceId, spanId] of exemplars) {
    expect(byId.get(String(spanId))?.traceId).toBe(traceId);
  }
  // It goes on when telltale has ended.
  expect(
    spans.filter(({ name, traceId }) => name === 'after shutdown' && traceId === after),
  ).toHaveLength(1);
}

describe('the SDK of OpenTelemetry', () => {
  it.each(['express', 'fastify', 'node'] as const)(
    'is joined by %s: one server span a request, whose ids all lines have',
    async (kind) => {
      await expectOneSpanEach(await start({ kind, first: 'sdk-node.cjs' }), 100);
    },
  );

  it.each(['express', 'fastify', 'node'] as const)(
    'is joined by ES modules with %s',
    async (kind) => {
      const service = await start({ kind, first: 'sdk-node.mjs', program: 'service.mjs' });
      await service.load(20);
      await service.end();
      const servers = service.received().filter((span) => span.kind === 'server');
      expect(servers).toHaveLength(20);
      expect(sorted(service.requestLines().map(idsOf))).toEqual(sorted(servers.map(place)));
    },
  );

  it('decides on sampling: what it does not record has its ids all the same', async () => {
    const env = { OTEL_TRACES_SAMPLER: 'always_off' };
    const service = await start({ kind: 'express', first: 'sdk-node.cjs', env });
    const answer = await service.get();
    await service.end();
    expect(service.received()).toEqual([]);
    const [line] = service.requestLines();
    expect(line?.trace_id).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
    expect(answer.headers.traceparent).toMatch(new RegExp(`^00-${line?.trace_id}-\\w{16}-00$`));
    expect(service.lines.map(({ trace_id }) => trace_id).filter(Boolean)).toEqual(
      Array(3).fill(line?.trace_id),
    );
  });

  it.each(['express', 'node'] as const)(
    'goes on with the trace of the caller, with %s',
    async (kind) => {
      const service = await start({ kind, first: 'sdk-node.cjs' });
      await service.get('/users/7', { headers: { traceparent: `00-${TRACE}-${SPAN}-01` } });
      await service.end();
      const server = service.received().find((span) => span.kind === 'server');
      expect(server).toMatchObject({ traceId: TRACE, parentSpanId: SPAN });
      expect(service.requestLines()[0]).toMatchObject({ trace_id: TRACE, span_id: server?.spanId });
    },
  );

  it('is told of no endpoint where telltale stands in front of it', async () => {
    const service = await start({ kind: 'node', first: 'sdk-node.cjs' });
    await service.get('/health/live');
    await service.get('/health/live', { method: 'HEAD' });
    await service.get();
    await service.end();
    const paths = service.received().map(({ attributes }) => attributes['url.path']);
    expect(paths.filter(Boolean)).toEqual(['/users/7']);
  });

  it('is not given what was meant for an exporter of telltale’s, which says so once', async () => {
    const service = await start({
      kind: 'express',
      first: 'sdk-node.cjs',
      options: { traces: { exporter: 'otlp' } },
    });
    await service.load(3);
    await service.end();
    expect(service.received().filter(({ kind }) => kind === 'server')).toHaveLength(3);
    const warnings = service.lines.filter(({ level }) => level === 40);
    expect(warnings.map(({ msg }) => msg)).toEqual([
      expect.stringContaining('telltale: traces.exporter is not used'),
    ]);
  });

  it('is left beside it by "own", and each has its server span', async () => {
    const service = await start({
      kind: 'express',
      first: 'sdk-node.cjs',
      options: { traces: { exporter: 'otlp', tracerProvider: 'own' } },
    });
    await service.load(5);
    await service.end();
    const spans = service.received();
    expect(spans.filter(({ kind }) => kind === 'server')).toHaveLength(10);
    const own = spans.filter(({ name }) => name === 'GET /users/:id').map(place);
    for (const line of service.requestLines()) expect(own).toContain(idsOf(line));
  });

  it.each(['express', 'node'] as const)(
    'started after telltale has no effect with %s, which is said once',
    async (kind) => {
      const env = { LATE: './sdk-node.cjs' };
      const service = await start({ kind, first: 'late.cjs', env });
      await service.load(20);
      await service.end();
      const servers = service.received().filter((span) => span.kind === 'server');
      expect(sorted(service.requestLines().map(idsOf))).toEqual(sorted(servers.map(place)));
      expect(servers).toHaveLength(20);
      expect(service.lines.filter(({ level }) => level === 40).map(({ msg }) => msg)).toEqual([
        expect.stringContaining('telltale: a tracer provider was registered after telltale'),
      ]);
    },
  );
});

describe('a provider without an instrumentation', () => {
  it.each(['express', 'fastify', 'node'] as const)('has the server spans of %s', async (kind) => {
    await expectOneSpanEach(await start({ kind, first: 'provider.cjs' }), 50);
  });

  it('needs neither a context nor a propagation of its own', async () => {
    await expectOneSpanEach(
      await start({ kind: 'node', first: 'provider.cjs', env: { BARE: '1' } }),
      50,
    );
  });

  it('goes on with the trace of callers that are trusted', async () => {
    const headers = { traceparent: `00-${TRACE}-${SPAN}-01` };
    const traces = [];
    for (const trust of [true, false, ['127.0.0.0/8'], ['10.0.0.0/8']]) {
      const service = await start({
        kind: 'express',
        first: 'provider.cjs',
        options: { traces: { trust } },
      });
      await service.get('/users/7', { headers });
      await service.end();
      const server = service.received().find(({ kind }) => kind === 'server');
      expect(idsOf(service.requestLines()[0] ?? {})).toBe(server && place(server));
      traces.push(server?.traceId === TRACE && server?.parentSpanId === SPAN);
    }
    expect(traces).toEqual([true, false, true, false]);
  });

  it('tells of errors as telltale does', async () => {
    const service = await start({ kind: 'express', first: 'provider.cjs' });
    await service.get('/fail');
    await service.end();
    const [server] = service.received().filter(({ kind }) => kind === 'server');
    expect(server).toMatchObject({ name: 'GET /fail', status: 'error' });
    expect(server?.attributes).toMatchObject({
      'error.type': '500',
      'http.request.method': 'GET',
      'http.response.status_code': 500,
      'url.scheme': 'http',
    });
  });
});

describe('an instrumentation without a provider', () => {
  it.each(['express', 'fastify', 'node'] as const)('makes the server spans of %s', async (kind) => {
    const service = await start({ kind, first: 'http-only.cjs' });
    await service.load(50);
    await service.end();
    const servers = service.received().filter((span) => span.kind === 'server');
    expect(servers).toHaveLength(50);
    expect(sorted(service.requestLines().map(idsOf))).toEqual(sorted(servers.map(place)));
    expect(new Set(servers.map(({ name }) => name))).toEqual(new Set(['GET /users/:id']));
  });
});
