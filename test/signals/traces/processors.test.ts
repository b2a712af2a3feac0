import { once } from 'node:events';
import { createServer } from 'node:http';
import { type Context, type Span, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { afterEach, describe, expect, it } from 'vitest';
import { createMonitoring, setupMonitoring } from '../../../src/index.js';
import { createSpanMemory } from '../../support/span-memory.js';
import { until } from '../../support/until.js';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

interface Told {
  readonly events: string[];
  readonly spans: ReadableSpan[];
  onStart(span: Span, parent: Context): void;
  onEnd(span: ReadableSpan): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

function createTold(): Told {
  const events: string[] = [];
  const spans: ReadableSpan[] = [];
  return {
    events,
    spans,
    onStart(span, parent) {
      events.push('start');
      span.setAttribute('enriched', trace.getSpanContext(parent)?.spanId ?? 'root');
    },
    onEnd(span) {
      events.push('end');
      spans.push(span);
    },
    forceFlush: async () => void events.push('flush'),
    shutdown: async () => void events.push('shutdown'),
  };
}

describe('a span processor of one’s own', () => {
  it('is told of a request when it begins and when it ends, before the exporter', async () => {
    const told = createTold();
    const memory = createSpanMemory();
    const server = createServer((_request, response) => {
      told.events.push('handled');
      response.end();
    });
    const monitoring = setupMonitoring(server, {
      logs: false,
      traces: { exporter: memory, processors: [told] },
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push(async () => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as { port: number };
    // It is told late of what there is before the SDK.
    await until(async () => {
      told.events.length = 0;
      await (await fetch(`http://127.0.0.1:${port}/`)).text();
      return told.events[0] === 'start';
    }, 'the SDK is loaded');
    await until(() => told.events.includes('end'), 'its end is told');
    expect(told.events).toEqual(['start', 'handled', 'end']);
    await monitoring.shutdown();
    expect(told.events).toEqual(['start', 'handled', 'end', 'shutdown']);
    expect(memory.spans.length).toBe(told.spans.length);
    expect(memory.spans.length).toBeGreaterThan(1);
    for (const span of memory.spans) {
      expect(span.attributes).toMatchObject({ enriched: 'root', 'http.response.status_code': 200 });
    }
  });

  it('is enough for spans to be recorded, and is told of early ones with all they have', async () => {
    const told = createTold();
    const monitoring = createMonitoring({ logs: false, traces: { processors: [told] } });
    monitoring.start();
    const span = monitoring.tracer.startSpan('early', { startTime: 1_700_000_000_000 });
    span.addEvent('e', { c: 3 }, 1_700_000_000_500);
    span.setStatus({ code: 2, message: 'bad' });
    span.end(1_700_000_001_000);
    await monitoring.shutdown();
    const [seen] = told.spans;
    expect(seen).toMatchObject({
      name: 'early',
      status: { code: 2, message: 'bad' },
      startTime: [1_700_000_000, 0],
      duration: [1, 0],
    });
    expect(seen?.events).toMatchObject([{ name: 'e', attributes: { c: 3 } }]);
    expect(seen?.spanContext().spanId).toBe(span.spanContext().spanId);
  });

  it('may be OpenTelemetry’s own, with an exporter of its own', async () => {
    const memory = createSpanMemory();
    const monitoring = createMonitoring({
      logs: false,
      traces: { processors: [new BatchSpanProcessor(memory as never)] },
    });
    monitoring.start();
    monitoring.tracer.startSpan('work').end();
    await monitoring.shutdown();
    expect(memory.named('work').ended).toBe(true);
  });

  it('that throws or hangs is kept from the application', async () => {
    const fail = () => {
      throw new Error('no');
    };
    const monitoring = createMonitoring({
      logs: false,
      traces: {
        processors: [
          {
            onStart: fail,
            onEnd: fail,
            forceFlush: () => new Promise(() => {}),
            shutdown: () => new Promise(() => {}),
          },
        ],
      },
    });
    monitoring.start();
    monitoring.tracer.startSpan('early').end();
    await until(async () => {
      monitoring.tracer.startSpan('work').end();
      return (await monitoring.metrics.text()).includes('part="traces.processor"');
    }, 'its fault is counted');
    const started = performance.now();
    await monitoring.shutdown();
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('is refused where an exporter is asked for, and so is what is none', () => {
    expect(() => createMonitoring({ traces: { exporter: createTold() as never } })).toThrow(
      /option traces.exporter: .*traces.processors/,
    );
    expect(() => createMonitoring({ traces: { processors: [{} as never] } })).toThrow(
      /option traces.processors/,
    );
  });
});
