import { createServer, type Server } from 'node:http';
import { context, createContextKey, propagation, SpanKind, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createMonitoring,
  type Monitoring,
  type MonitoringOptions,
  operation,
  setupMonitoring,
  traced,
} from '../../../../src/index.js';
import { createLogSink, type LogLine } from '../../../support/log-sink.js';

/** What OpenTelemetry's `suppressTracing` sets. */
const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

const inner = operation('inner.work', { labels: ['kind'] });

function createProvider() {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  return { provider, spans: () => exporter.getFinishedSpans() };
}

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  trace.disable();
  context.disable();
  propagation.disable();
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

interface Monitored {
  readonly monitoring: Monitoring;
  readonly lines: readonly LogLine[];
  requests(): LogLine[];
  readonly server: Server;
  get(init?: RequestInit): Promise<unknown>;
}

async function serve(
  work: (monitoring: Monitoring) => unknown,
  traces: MonitoringOptions['traces'] = {},
  listening: (listen: () => Promise<string>) => Promise<string> = (fn) => fn(),
): Promise<Monitored> {
  const sink = createLogSink();
  const server = createServer(async (_request, response) => {
    response.end(JSON.stringify((await work(monitoring)) ?? null));
  });
  const monitoring = setupMonitoring(server, {
    logs: { destination: sink },
    traces,
    requests: { route: () => '/work' },
  });
  closing.push(() => monitoring.shutdown());
  const base = await listening(() => listen(server));
  return {
    monitoring,
    lines: sink.lines,
    requests: sink.requests,
    server,
    get: async (init) => (await fetch(`${base}/work`, init)).json(),
  };
}

const place = (span: ReadableSpan) => `${span.spanContext().traceId}/${span.spanContext().spanId}`;
const idsOf = ({ trace_id, span_id }: LogLine) => `${trace_id}/${span_id}`;
const servers = (spans: ReadableSpan[]) => spans.filter(({ kind }) => kind === SpanKind.SERVER);

describe('traces.tracerProvider', () => {
  it('is used, and registered for as long as nobody else is', async () => {
    const { provider, spans } = createProvider();
    const service = await serve(
      (monitoring) => {
        trace.getTracer('library').startSpan('of a library').end();
        monitoring.observe(inner, { labels: { kind: 'a' } }, () => {});
      },
      { tracerProvider: provider },
    );
    await service.get();
    const [server] = servers(spans());
    expect(spans()).toHaveLength(3);
    expect(service.requests().map(idsOf)).toEqual([server && place(server)]);
    for (const span of spans().filter((one) => one !== server)) {
      expect(span.parentSpanContext?.spanId).toBe(server?.spanContext().spanId);
    }
    await service.monitoring.shutdown();
    expect(trace.getTracer('x').startSpan('nobody’s').isRecording()).toBe(false);
    expect(provider.getTracer('x').startSpan('goes on').isRecording()).toBe(true);
  });

  it('comes before a registered one', async () => {
    const registered = createProvider();
    const given = createProvider();
    registered.provider.register();
    const service = await serve(() => {}, { tracerProvider: given.provider });
    await service.get();
    expect(servers(given.spans())).toHaveLength(1);
    expect(registered.spans()).toHaveLength(0);
    await service.monitoring.shutdown();
    expect(trace.getTracer('x').startSpan('goes on').isRecording()).toBe(true);
  });

  it.each([[{}], ['otel'], [7]])('refuses %j', (tracerProvider) => {
    expect(() => createMonitoring({ traces: { tracerProvider: tracerProvider as never } })).toThrow(
      "option traces.tracerProvider: expected a tracer provider of OpenTelemetry's, or 'own'",
    );
  });
});

describe('a provider that is registered', () => {
  it('is joined when the service starts, and not when it is made', async () => {
    const { provider, spans } = createProvider();
    const monitoring = createMonitoring({ logs: false });
    closing.push(() => monitoring.shutdown());
    provider.register();
    const { tracer } = monitoring;
    monitoring.start();
    tracer.startSpan('of the tracer').end();
    monitoring.trace('of trace', () => {});
    expect(spans().map(({ name }) => name)).toEqual(['of the tracer', 'of trace']);
  });

  it('is shared by two Monitorings, and outlives both', async () => {
    const { provider, spans } = createProvider();
    provider.register();
    const second = await serve((monitoring) => monitoring.logger.info('inside'));
    const first = await serve(async (monitoring) => {
      await second.get({ headers: monitoring.inject({}) });
    });
    await first.get();
    const [below, above] = servers(spans());
    expect(servers(spans())).toHaveLength(2);
    expect(below?.parentSpanContext?.spanId).toBe(above?.spanContext().spanId);
    expect(second.lines.map(idsOf)).toEqual(Array(2).fill(below && place(below)));
    await first.monitoring.shutdown();
    await second.get();
    expect(servers(spans())).toHaveLength(3);
    await second.monitoring.shutdown();
    expect(trace.getTracer('x').startSpan('goes on').isRecording()).toBe(true);
  });

  it('has a span for each request though the server was started in one', async () => {
    const { provider, spans } = createProvider();
    provider.register();
    const tracer = trace.getTracer('start');
    const service = await serve(
      () => {},
      {},
      (start) =>
        tracer.startActiveSpan('start-up', async (span) => {
          try {
            return await start();
          } finally {
            span.end();
          }
        }),
    );
    await service.get();
    await service.get();
    const both = servers(spans());
    expect(both.map(place)).toEqual(service.requests().map(idsOf));
    expect(new Set(both.map(({ parentSpanContext }) => parentSpanContext))).toEqual(
      new Set([undefined]),
    );
    expect(new Set(both.map((span) => span.spanContext().traceId)).size).toBe(2);
  });

  it('is left to whoever has wrapped the server since, when telltale has ended', async () => {
    const { provider, spans } = createProvider();
    provider.register();
    const service = await serve(() => {});
    const { emit } = service.server;
    service.server.emit = ((...args: Parameters<typeof emit>) =>
      emit.apply(service.server, args)) as typeof emit;
    await service.get();
    expect(servers(spans())).toHaveLength(1);
    await service.monitoring.shutdown();
    await service.get();
    expect(servers(spans())).toHaveLength(1);
  });

  it('makes no span of what it is told not to trace, and lines have ids all the same', async () => {
    const { provider, spans } = createProvider();
    provider.register();
    const service = await serve((monitoring) => {
      monitoring.trace('below', () => {});
      monitoring.logger.info('inside');
    });
    const { emit } = service.server;
    service.server.emit = ((...args: Parameters<typeof emit>) =>
      context.with(context.active().setValue(SUPPRESSED, true), () =>
        emit.apply(service.server, args),
      )) as typeof emit;
    await service.get();
    expect(spans()).toEqual([]);
    const [inside, request] = service.lines;
    expect(request?.trace_id).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
    expect(inside?.trace_id).toBe(request?.trace_id);
  });

  it('has the spans of decorated methods, and goes by messages in either’s formats', async () => {
    const { provider, spans } = createProvider();
    provider.register();
    const sell = traced({ name: 'sell' })(
      function sell(this: object) {
        return 7;
      },
      { kind: 'method', name: 'sell', static: false } as ClassMethodDecoratorContext<object, never>,
    );
    const service = await serve((monitoring) => {
      const message = monitoring.inject({});
      const links = [monitoring.extract(message)];
      return monitoring.trace('consume', { links }, () => sell.call({}));
    });
    expect(await service.get()).toBe(7);
    const [server] = servers(spans());
    const named = (name: string) => spans().find((span) => span.name === name);
    const consume = named('consume');
    expect(consume?.parentSpanContext?.spanId).toBe(server?.spanContext().spanId);
    expect(consume?.links.map(({ context: { spanId } }) => spanId)).toEqual([
      server?.spanContext().spanId,
    ]);
    expect(named('sell')?.parentSpanContext?.spanId).toBe(consume?.spanContext().spanId);
  });

  it('is told of failed work as telltale’s own is', async () => {
    const { provider, spans } = createProvider();
    provider.register();
    const service = await serve((monitoring) => {
      try {
        monitoring.observe(inner, { labels: { kind: 'a' }, attributes: { size: 3 } }, () => {
          throw new RangeError('too far');
        });
      } catch {}
    });
    await service.get();
    const span = spans().find(({ name }) => name === 'inner.work');
    expect(span?.attributes).toEqual({ kind: 'a', size: 3, 'error.type': 'RangeError' });
    expect(span?.status).toEqual({ code: 2, message: 'too far' });
    expect(span?.events.map(({ name }) => name)).toEqual(['exception']);
  });
});
