import {
  context,
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { createMonitoring, type Monitoring, traced } from '../../../src/index.js';
import { createLogSink } from '../../support/log-sink.js';
import { createSpanMemory } from '../../support/span-memory.js';
import { until } from '../../support/until.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

const started: Monitoring[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.shutdown();
});

function start(traces = {}) {
  const memory = createSpanMemory();
  const sink = createLogSink();
  const monitoring = createMonitoring({
    logs: { destination: sink },
    traces: { exporter: memory, ...traces },
  });
  monitoring.start();
  started.push(monitoring);
  return { memory, sink, monitoring };
}

/** Whether spans are the SDK's own by now. */
function isLoaded({ tracer }: Monitoring): boolean {
  const span = tracer.startSpan('probe');
  span.end();
  return Object.hasOwn(span, 'resource');
}

describe('monitoring.trace', () => {
  it('runs a function in a span, and gives back what it returns', async () => {
    const { memory, sink, monitoring } = start();
    const options = { kind: 'client', attributes: { shelf: 7 } } as const;
    const result = monitoring.trace('outer', options, (span) => {
      expect(trace.getActiveSpan()).toBe(span);
      monitoring.logger.info('inside');
      return monitoring.trace('inner', () => 42);
    });
    expect(result).toBe(42);
    expect(trace.getActiveSpan()).toBeUndefined();
    await monitoring.shutdown();
    const [outer, inner] = [memory.named('outer'), memory.named('inner')];
    expect(outer.kind).toBe(SpanKind.CLIENT);
    expect(outer.attributes).toEqual({ shelf: 7 });
    expect(outer.status.code).toBe(SpanStatusCode.UNSET);
    expect(inner.kind).toBe(SpanKind.INTERNAL);
    expect(inner.parentSpanContext?.spanId).toBe(outer.spanContext().spanId);
    expect(sink.lines[0]?.span_id).toBe(outer.spanContext().spanId);
  });

  it('ends when the promise is done, and not before', async () => {
    const { memory, monitoring } = start();
    let finish: (value: string) => void = () => {};
    const promise = monitoring.trace(
      'slow',
      (span) => new Promise<boolean>((resolve) => (finish = () => resolve(span.isRecording()))),
    );
    finish('');
    expect(await promise).toBe(true);
    await monitoring.shutdown();
    expect(memory.named('slow').ended).toBe(true);
  });

  it.each(['throws', 'rejects'])(
    'records what its function %s with, and passes it on',
    async (how) => {
      const { memory, monitoring } = start();
      const error = new RangeError('too far');
      const run = () =>
        monitoring.trace('bad', () => {
          if (how === 'throws') throw error;
          return Promise.reject(error);
        });
      await expect(async () => run()).rejects.toBe(error);
      expect(() =>
        monitoring.trace('worse', () => {
          throw 'a text';
        }),
      ).toThrow('a text');
      await monitoring.shutdown();
      const bad = memory.named('bad');
      expect(bad.status).toEqual({ code: SpanStatusCode.ERROR, message: 'too far' });
      expect(bad.attributes['error.type']).toBe('RangeError');
      expect(bad.events.map(({ name }) => name)).toEqual(['exception']);
      expect(bad.events[0]?.attributes?.['exception.message']).toBe('too far');
      expect(memory.named('worse').attributes['error.type']).toBe('_OTHER');
    },
  );

  it('leaves a rejection that nobody handles unhandled', async () => {
    const { monitoring } = start();
    const before = process.rawListeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    try {
      const unhandled = new Promise((resolve) => process.once('unhandledRejection', resolve));
      monitoring.trace('forgotten', () => Promise.reject(new Error('nobody')));
      expect(await unhandled).toMatchObject({ message: 'nobody' });
    } finally {
      for (const one of before) process.on('unhandledRejection', one as () => void);
    }
  });

  it('ends a span once, though its function has done so', async () => {
    const { memory, monitoring } = start();
    const complaints: string[] = [];
    const complain = (message: string) => complaints.push(message);
    const silent = { warn: complain, error: complain, info() {}, debug() {}, verbose() {} };
    diag.setLogger(silent, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
    try {
      monitoring.trace('before the SDK is loaded', (span) => span.end());
      await until(() => isLoaded(monitoring), 'the SDK is loaded');
      monitoring.trace('ended early', (span) => span.end());
      await monitoring.shutdown();
    } finally {
      diag.disable();
    }
    expect(complaints).toEqual([]);
    expect(memory.named('ended early').ended).toBe(true);
    expect(memory.named('before the SDK is loaded').ended).toBe(true);
  });

  it('takes options that are none, and refuses what is no function', () => {
    const { monitoring } = start();
    expect(monitoring.trace('plain', undefined as never, () => 7)).toBe(7);
    const trace = monitoring.trace as (...args: unknown[]) => unknown;
    for (const args of [['x'], ['x', {}], ['x', undefined], ['x', {}, undefined]]) {
      expect(() => trace(...args)).toThrow(
        expect.objectContaining({
          code: 'TELLTALE_INVALID_OPTION',
          message: expect.stringMatching(/^trace x: expected a function, got (undefined|object)$/),
        }),
      );
    }
  });

  it('works where traces are off', async () => {
    const monitoring = createMonitoring({ logs: false, traces: false });
    expect(monitoring.trace('off', () => 7)).toBe(7);
    expect(monitoring.inject({ a: '1' })).toEqual({ a: '1' });
    expect(monitoring.extract({ traceparent: `00-${TRACE}-${SPAN}-01` })).toBe(ROOT_CONTEXT);
  });
});

describe('messages', () => {
  it('carry the span of their sender, in whichever shape their headers have', async () => {
    const { monitoring } = start();
    monitoring.trace('send', (span) => {
      const { traceId, spanId } = span.spanContext();
      const traceparent = `00-${traceId}-${spanId}-03`;
      expect(monitoring.inject({ kept: 'yes' })).toEqual({ kept: 'yes', traceparent });
      expect(monitoring.inject(new Headers()).get('traceparent')).toBe(traceparent);
      expect(monitoring.inject(new Map()).get('traceparent')).toBe(traceparent);
      for (const headers of [
        { traceparent },
        { TraceParent: traceparent },
        { traceparent: [traceparent] },
        { traceparent: Buffer.from(traceparent) },
        { traceparent: new TextEncoder().encode(traceparent) },
        new Headers({ traceparent }),
        new Map([['traceparent', traceparent]]),
      ]) {
        const sender = trace.getSpanContext(monitoring.extract(headers));
        expect(sender).toEqual({ traceId, spanId, traceFlags: 3, isRemote: true });
      }
    });
    expect(monitoring.inject({})).toEqual({});
    for (const headers of [{}, new Headers(), new Map(), { traceparent: 7 }, { traceparent: null }])
      expect(trace.getSpanContext(monitoring.extract(headers))).toBeUndefined();
  });

  it('are gone on with, or linked to', async () => {
    const { memory, monitoring } = start();
    const first = monitoring.extract({ traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'a=1' });
    const second = { traceId: TRACE, spanId: SPAN.replace('f', 'e'), traceFlags: 1 };
    const nothing = monitoring.extract({});
    await monitoring.trace('one', { kind: 'consumer', parent: first }, async () => {
      await null;
      expect(trace.getSpanContext(context.active())?.traceId).toBe(TRACE);
      expect(monitoring.inject<{ tracestate?: string }>({}).tracestate).toBe('a=1');
    });
    const invalid = { traceId: '0'.repeat(32), spanId: SPAN, traceFlags: 1 };
    monitoring.trace('batch', { links: [first, second, nothing, invalid] }, () => {});
    monitoring.trace('orphan', { parent: nothing }, () => {});
    await monitoring.shutdown();
    expect(memory.named('one').parentSpanContext).toMatchObject({ traceId: TRACE, spanId: SPAN });
    const batch = memory.named('batch');
    expect(batch.links.map((link) => link.context.spanId)).toEqual([SPAN, second.spanId]);
    expect(batch.spanContext().traceId).not.toBe(TRACE);
    expect(memory.named('orphan').parentSpanContext).toBeUndefined();
  });

  it('are in the formats of the option', () => {
    const { monitoring } = start({ propagators: ['b3'] });
    const sender = monitoring.extract({ B3: `${TRACE}-${SPAN}-1` });
    monitoring.trace('go on', { parent: sender }, () => {
      expect(Object.keys(monitoring.inject({}))).toEqual(['b3']);
    });
    expect(trace.getSpanContext(sender)?.traceId).toBe(TRACE);
  });
});

describe('traced', () => {
  class Orders {
    readonly shelf = 7;
    static all(): string {
      return 'all';
    }
    async place(items: number): Promise<number> {
      await null;
      return items * this.shelf;
    }
    fail(): never {
      throw new Error('sold out');
    }
  }

  /** Puts the decorator on a method as the language does. */
  function decorate(target: object, name: string, options = {}): void {
    const methods = target as Record<string, () => unknown>;
    methods[name] = traced(options)(
      methods[name] as () => unknown,
      { kind: 'method', name, static: target === Orders } as ClassMethodDecoratorContext,
    );
  }

  it('makes a span of every call of a method', async () => {
    const { memory, monitoring } = start();
    decorate(Orders, 'all');
    decorate(Orders.prototype, 'place', { kind: 'producer', attributes: { by: 'hand' } });
    decorate(Orders.prototype, 'fail', { name: 'sell' });
    const orders = new Orders();
    expect(orders.place.name).toBe('place');
    expect(await orders.place(2)).toBe(14);
    expect(await monitoring.trace('outer', () => orders.place(3))).toBe(21);
    expect(() => orders.fail()).toThrow('sold out');
    expect(Orders.all()).toBe('all');
    await monitoring.shutdown();
    const names = memory.spans.map(({ name }) => name).sort();
    expect(names).toEqual(['Orders.all', 'Orders.place', 'Orders.place', 'outer', 'sell']);
    const placed = memory.spans.filter(({ name }) => name === 'Orders.place');
    expect(placed.map(({ attributes, kind }) => [attributes.by, kind])).toEqual([
      ['hand', SpanKind.PRODUCER],
      ['hand', SpanKind.PRODUCER],
    ]);
    const outer = memory.named('outer').spanContext().spanId;
    expect(placed.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toContain(outer);
    expect(memory.named('sell').status.message).toBe('sold out');
    // Nobody is registered any more: the method is only called.
    expect(await orders.place(1)).toBe(7);
  });

  it('is refused on anything else, and as a decorator of the old kind', () => {
    const put = traced() as unknown as (...args: unknown[]) => unknown;
    expect(() => put(undefined, { kind: 'field', name: 'x' })).toThrow(
      '@traced(): expected a method and standard decorators, got field',
    );
    expect(() => put({}, 'place', {})).toThrow(/standard decorators, got string/);
  });
});
