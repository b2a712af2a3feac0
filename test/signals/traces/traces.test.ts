import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createMonitoring,
  type Monitoring,
  operation,
  setupMonitoring,
} from '../../../src/index.js';
import { newSpanId, newTraceId } from '../../../src/signals/traces/ids.js';
import { ratioShare } from '../../../src/signals/traces/share.js';
import { createLogSink } from '../../support/log-sink.js';
import { createSpanMemory, type SpanMemory } from '../../support/span-memory.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('ids and samplers', () => {
  it('are random, of the right shape, and sampled in the right share', () => {
    const ids = Array.from({ length: 20_000 }, newTraceId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
    expect(newSpanId()).toMatch(/^[0-9a-f]{16}$/);
    const sampled = ids.filter((id) => ratioShare(0.1)(id)).length;
    // Five standard deviations of a binomial of 20,000 at 0.1.
    expect(Math.abs(sampled - 2000)).toBeLessThan(5 * Math.sqrt(20_000 * 0.1 * 0.9));
    expect(ids.filter((id) => ratioShare(0)(id))).toEqual([]);
    expect(ids.filter((id) => ratioShare(1)(id))).toHaveLength(ids.length);
  });
});

interface Times {
  start: bigint;
  end: bigint;
}

const inner = operation('inner.work');

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

interface Service {
  monitoring: Monitoring;
  memory: SpanMemory;
  base: string;
  sink: ReturnType<typeof createLogSink>;
  /** Ends everything, so that every span has been exported. */
  end(): Promise<void>;
}

async function serve(work: (monitoring: Monitoring) => unknown, traces = {}): Promise<Service> {
  const memory = createSpanMemory();
  const sink = createLogSink();
  const server = createServer(async (_request, response) => {
    response.end(JSON.stringify((await work(monitoring)) ?? null));
  });
  const monitoring = setupMonitoring(server, {
    serviceName: 'traced',
    environment: 'test',
    logs: { destination: sink },
    traces: { exporter: memory, ...traces },
    requests: { route: () => '/work' },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  let ended = false;
  async function end(): Promise<void> {
    if (ended) return;
    ended = true;
    server.closeAllConnections();
    server.close();
    await monitoring.shutdown();
  }
  open.push({ close: end });
  return { monitoring, memory, sink, base: `http://127.0.0.1:${port}`, end };
}

describe('a server span', () => {
  it('has the attributes of the semantic conventions', async () => {
    const { memory, base, end } = await serve(() => {});
    const { port } = new URL(base);
    await (await fetch(`${base}/work?secret=1`, { headers: { 'user-agent': 'tester' } })).text();
    await end();
    const span = memory.named('GET /work');
    expect(span.kind).toBe(SpanKind.SERVER);
    expect(span.attributes).toEqual({
      'http.request.method': 'GET',
      'http.route': '/work',
      'http.response.status_code': 200,
      'http.response.body.size': 4,
      'url.path': '/work',
      'url.scheme': 'http',
      'network.protocol.version': '1.1',
      'server.address': '127.0.0.1',
      'server.port': Number(port),
      'client.address': '127.0.0.1',
      'user_agent.original': 'tester',
    });
    expect(span.resource.attributes).toMatchObject({
      'service.name': 'traced',
      'deployment.environment.name': 'test',
      'process.pid': process.pid,
      'telemetry.sdk.language': 'nodejs',
    });
    const [seconds, nanos] = span.startTime;
    expect(Math.abs(seconds * 1000 + nanos / 1e6 - Date.now())).toBeLessThan(10_000);
  });

  it('is the same whether somebody asked for it or not', async () => {
    const spans = [];
    for (const ask of [false, true]) {
      const { memory, base, end } = await serve(() => {
        if (ask) trace.getActiveSpan()?.isRecording();
      });
      await (await fetch(`${base}/work`, { headers: { 'user-agent': 'tester' } })).text();
      await end();
      const span = memory.named('GET /work');
      const port = span.attributes['server.port'];
      spans.push({
        ...span.attributes,
        'server.port': typeof port,
        name: span.name,
        kind: span.kind,
        status: span.status,
        events: span.events,
        links: span.links,
        parent: span.parentSpanContext,
        scope: span.instrumentationScope.name,
        flags: span.spanContext().traceFlags,
        lasted: span.duration[1] > 0 && span.ended,
      });
    }
    expect(spans[0]).toEqual(spans[1]);
  });

  it('keeps to the SDK’s limits on attributes', async () => {
    process.env.OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT = '6';
    try {
      const { memory, base, end } = await serve(() => {});
      await (await fetch(`${base}/work`, { headers: { 'user-agent': 'a long name' } })).text();
      await end();
      expect(memory.named('GET /work').attributes['user_agent.original']).toBe('a long');
    } finally {
      delete process.env.OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT;
    }
  });

  it.each([
    ['OTEL_SPAN_EVENT_COUNT_LIMIT', { events: 1, links: 2 }],
    ['OTEL_SPAN_LINK_COUNT_LIMIT', { events: 2, links: 1 }],
  ])('keeps to %s from the beginning', async (name, kept) => {
    process.env[name] = '1';
    try {
      const { memory, monitoring, end } = await serve(() => {});
      const link = { context: { traceId: TRACE, spanId: SPAN, traceFlags: 1 } };
      const span = monitoring.tracer.startSpan('early', { links: [link, link] });
      span.addEvent('one').addEvent('two').end();
      await end();
      const { events, links } = memory.named('early');
      expect({ events: events.length, links: links.length }).toEqual(kept);
    } finally {
      delete process.env[name];
    }
  });

  it('continues the caller’s trace, and does what the caller decided', async () => {
    const { memory, base, sink, end } = await serve(() => {});
    const ask = (flags: string, state?: string) =>
      fetch(base, {
        headers: {
          traceparent: `00-${TRACE}-${SPAN}-${flags}`,
          ...(state && { tracestate: state }),
        },
      }).then((response) => response.text());
    await ask('01', 'a=1,b=2');
    await ask('00');
    await end();
    const span = memory.named('GET /work');
    expect(memory.spans).toHaveLength(1);
    expect(span.spanContext().traceId).toBe(TRACE);
    expect(span.spanContext().traceState?.serialize()).toBe('a=1,b=2');
    expect(span.parentSpanContext).toMatchObject({ spanId: SPAN, isRemote: true });
    expect(sink.requests().map(({ trace_id }) => trace_id)).toEqual([TRACE, TRACE]);
    expect(sink.requests()[0]?.span_id).toBe(span.spanContext().spanId);
  });

  it('is not made when it is not sampled, while ids are passed on all the same', async () => {
    const { memory, base, sink, end } = await serve(
      () => {
        const headers: Record<string, string> = {};
        propagation.inject(context.active(), headers);
        return headers;
      },
      { sampleRatio: 0 },
    );
    const headers = (await (await fetch(base)).json()) as Record<string, string>;
    await end();
    expect(memory.spans).toEqual([]);
    const [line] = sink.requests();
    expect(headers.traceparent).toBe(`00-${line?.trace_id}-${line?.span_id}-02`);
  });
});

describe('spans below it', () => {
  it('are made by the API, by the tracer and by operations, in one tree', async () => {
    const { memory, base, sink, end } = await serve(async (monitoring) => {
      trace.getActiveSpan()?.setAttribute('user.id', '7');
      await monitoring.tracer.startActiveSpan('outer', { kind: SpanKind.CLIENT }, async (span) => {
        await null;
        monitoring.logger.info('in outer');
        trace.getTracer('library', '2.0').startSpan('inner').end();
        span.addEvent('halfway', { n: 1 });
        span.end();
      });
    });
    await (await fetch(base)).text();
    await end();
    const [server, outer, inner] = ['GET /work', 'outer', 'inner'].map(memory.named);
    expect(server?.attributes['user.id']).toBe('7');
    expect(outer?.parentSpanContext?.spanId).toBe(server?.spanContext().spanId);
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
    expect(inner?.instrumentationScope).toMatchObject({ name: 'library', version: '2.0' });
    expect(outer?.events[0]?.name).toBe('halfway');
    const line = sink.lines.find(({ msg }) => msg === 'in outer');
    expect(line?.span_id).toBe(outer?.spanContext().spanId);
    expect(line?.trace_id).toBe(server?.spanContext().traceId);
  });
});

describe('the times of a trace', () => {
  it('nest: no span begins before its parent, and what follows does not overlap', async () => {
    const { memory, base, end } = await serve((monitoring) => {
      for (const name of ['first', 'second']) {
        monitoring.tracer.startActiveSpan(name, (span) => {
          monitoring.observe(inner, { name: `in ${name}` }, () => {});
          span.end();
        });
      }
    });
    for (let i = 0; i < 50; i++) await (await fetch(base)).text();
    await end();
    const nanos = ([seconds, rest]: [number, number]) =>
      BigInt(seconds) * 1_000_000_000n + BigInt(rest);
    const ids = new Set(memory.spans.map((span) => span.spanContext().traceId));
    expect(ids.size).toBe(50);
    for (const id of ids) {
      const spans = memory.spans.filter((span) => span.spanContext().traceId === id);
      const of = (name: string) =>
        spans.find((span) => span.name === name) as (typeof spans)[number];
      const chain = ['GET /work', 'first', 'in first', 'second', 'in second'].map(of);
      const [root, first, inFirst, second, inSecond] = chain.map((span) => ({
        start: nanos(span.startTime),
        end: nanos(span.endTime),
      })) as [Times, Times, Times, Times, Times];
      expect(root.start).toBeLessThanOrEqual(first.start);
      expect(first.start).toBeLessThanOrEqual(inFirst.start);
      expect(inFirst.end).toBeLessThanOrEqual(first.end);
      expect(first.end).toBeLessThanOrEqual(second.start);
      expect(inSecond.end).toBeLessThanOrEqual(second.end);
      expect(second.end).toBeLessThanOrEqual(root.end);
    }
  });
});

describe('two Monitorings in one process', () => {
  it('do without each other', async () => {
    const log = (monitoring: Monitoring) => {
      monitoring.logger.info('inside');
      trace.getTracer('library').startSpan('library').end();
    };
    const [one, two] = [await serve(log), await serve(log)];
    await (await fetch(two.base)).text();
    await one.end();
    await (await fetch(two.base)).text();
    await two.end();
    expect(
      two.sink.lines.filter(({ msg }) => msg === 'inside').map(({ request_id }) => request_id),
    ).toEqual(two.sink.requests().map(({ request_id }) => request_id));
    // The library's spans went to whoever was registered at the time.
    expect(
      [one, two].map(({ memory }) => memory.spans.filter(({ name }) => name === 'library').length),
    ).toEqual([1, 1]);
    expect(trace.getTracer('x').startSpan('is nobody’s').spanContext().traceId).toMatch(/^0+$/);
  });
});

describe('the tracer', () => {
  it('loses no span that is made before the SDK is loaded', async () => {
    const memory = createSpanMemory();
    const monitoring = createMonitoring({ logs: false, traces: { exporter: memory } });
    const span = monitoring.tracer.startSpan('early', { startTime: 1_700_000_000_000 });
    expect(span.isRecording()).toBe(true);
    span.setAttribute('a', 1).setAttributes({ b: 2 }).updateName('early bird');
    span.addEvent('e', { c: 3 }, 1_700_000_000_500);
    span.recordException(new Error('x'));
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'bad' });
    span.addLink({ context: { traceId: TRACE, spanId: SPAN, traceFlags: 1 } });
    span.end(1_700_000_001_000);
    span.setAttribute('late', true);
    monitoring.start();
    await monitoring.shutdown();
    const exported = memory.named('early bird');
    expect(exported.spanContext()).toMatchObject(span.spanContext());
    expect(exported.attributes).toEqual({ a: 1, b: 2 });
    expect(exported.events.map(({ name }) => name)).toEqual(['e', 'exception']);
    expect(exported.status).toEqual({ code: SpanStatusCode.ERROR, message: 'bad' });
    expect(exported.links).toHaveLength(1);
    expect(exported.duration).toEqual([1, 0]);
  });

  it('loads nothing for spans that are made where nothing was started', async () => {
    let made = 0;
    const create = () => {
      made++;
      return createSpanMemory();
    };
    const monitoring = createMonitoring({
      logs: false,
      traces: { exporter: { name: 'memory', create } },
    });
    for (let i = 0; i < 600; i++) monitoring.tracer.startSpan('work').end();
    await monitoring.shutdown();
    // Longer than the SDK takes, which is loaded before its exporter is made.
    await wait(300);
    expect(made).toBe(0);
  });

  it('begins a trace of its own when asked to, and joins a given context', async () => {
    const memory = createSpanMemory();
    const monitoring = createMonitoring({ logs: false, traces: { exporter: memory } });
    monitoring.start();
    const remote = propagation.extract(ROOT_CONTEXT, { traceparent: `00-${TRACE}-${SPAN}-01` });
    monitoring.tracer.startSpan('joined', {}, remote).end();
    monitoring.tracer.startSpan('root', { root: true }, remote).end();
    expect(monitoring.tracer.startActiveSpan('given', {}, remote, () => 7)).toBe(7);
    // As OpenTelemetry's own tracers take it, whatever its types say.
    const none = undefined as unknown as Context;
    expect(monitoring.tracer.startActiveSpan('current', {}, none, () => 8)).toBe(8);
    await monitoring.shutdown();
    expect(memory.named('joined').parentSpanContext?.spanId).toBe(SPAN);
    expect(memory.named('root').parentSpanContext).toBeUndefined();
    expect(memory.named('root').spanContext().traceId).not.toBe(TRACE);
  });

  it('reports an exporter that cannot be made, once, and goes on', async () => {
    const monitoring = createMonitoring({
      logs: false,
      traces: { exporter: { name: 'broken', create: () => Promise.reject(new Error('no')) } },
    });
    monitoring.start();
    monitoring.tracer.startSpan('lost').end();
    await monitoring.shutdown();
    monitoring.tracer.startSpan('lost, too').end();
    expect(await monitoring.metrics.text()).toContain('telltale_faults_total{part="traces"} 1');
  });
});
