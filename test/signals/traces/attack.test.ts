import { setTimeout as wait } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { memory } from '../../../src/exporters/memory.js';
import { createMonitoring, type Monitoring, operation } from '../../../src/index.js';
import { createSpanMemory } from '../../support/span-memory.js';
import { until } from '../../support/until.js';

const work = operation('work');

const started: Monitoring[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.shutdown();
});

function start(traces = {}) {
  const memory = createSpanMemory();
  const monitoring = createMonitoring({ logs: false, traces: { exporter: memory, ...traces } });
  monitoring.start();
  started.push(monitoring);
  return { memory, monitoring };
}

/** Whether spans are the SDK's own by now. */
function isLoaded({ tracer }: Monitoring): boolean {
  const span = tracer.startSpan('probe');
  span.end();
  return Object.hasOwn(span, 'resource');
}

class Hostile extends Error {
  override get message(): string {
    throw new Error('no message');
  }
  override get name(): string {
    throw new Error('no name');
  }
  override get stack(): string {
    throw new Error('no stack');
  }
  get code(): string {
    throw new Error('no code');
  }
}

const never = () => {
  throw new Error('on purpose');
};
const closedProxy = new Proxy(
  {},
  { get: never, getPrototypeOf: never, has: never, ownKeys: never },
);

/** What can be thrown, the type and the message that its span has. */
const THROWN: readonly [string, unknown, string, string][] = [
  ['undefined', undefined, '_OTHER', 'undefined'],
  ['null', null, '_OTHER', 'null'],
  ['a text', 'oops', '_OTHER', 'oops'],
  ['a number', 7, '_OTHER', '7'],
  ['a symbol', Symbol('s'), '_OTHER', 'Symbol(s)'],
  ['an object without prototype', Object.create(null), '_OTHER', 'unreadable'],
  ['an object whose text throws', { toString: never }, '_OTHER', 'unreadable'],
  ['a proxy that refuses everything', closedProxy, '_OTHER', 'unreadable'],
  ['a frozen error', Object.freeze(new RangeError('frozen')), 'RangeError', 'frozen'],
  ['an error whose members throw', new Hostile(), 'Error', ''],
  [
    'an error with an odd message',
    Object.assign(new Error(), { message: { a: 1 } }),
    'Error',
    '[object Object]',
  ],
  ['an error without a name', Object.assign(new Error('x'), { name: '' }), 'Error', 'x'],
  ['an error of another realm', runInNewContext('new TypeError("far")'), 'TypeError', 'far'],
  ['an error with a code', Object.assign(new Error('x'), { code: 7 }), 'Error', 'x'],
];

type Then = (done: (value: number) => void, fail: (error: Error) => void) => unknown;

const thenable = (then: Then): object => Object.defineProperty({}, 'then', { value: then });

type Way = (monitoring: Monitoring, fn: () => unknown) => unknown;

const WAYS: readonly [string, string, Way][] = [
  ['trace', 'attack', (monitoring, fn) => monitoring.trace('attack', fn)],
  ['observe', 'work', (monitoring, fn) => monitoring.observe(work, {}, fn)],
];

describe.each(WAYS)('monitoring.%s', (way, name, run) => {
  describe.each([['before'], ['after']])('%s the SDK is loaded', (when) => {
    async function begin() {
      const service = start();
      if (when === 'after') await until(() => isLoaded(service.monitoring), 'the SDK is loaded');
      return service;
    }

    it.each(THROWN)('passes on %s, and notes it', async (_, thrown, type, message) => {
      const { memory, monitoring } = await begin();
      const seen: unknown[] = [];
      try {
        run(monitoring, () => {
          throw thrown;
        });
      } catch (error) {
        seen.push(error);
      }
      await Promise.resolve(run(monitoring, () => Promise.reject(thrown))).catch((error) =>
        seen.push(error),
      );
      // `Object.is`, since looking into some of them throws.
      expect(seen.length === 2 && seen.every((error) => Object.is(error, thrown))).toBe(true);
      run(monitoring, () => {});
      await monitoring.shutdown();
      const spans = memory.spans.filter((span) => span.name === name);
      expect(spans).toHaveLength(3);
      for (const span of spans.slice(0, 2)) {
        expect(span.attributes['error.type']).toBe(type);
        expect(span.status.code).toBe(SpanStatusCode.ERROR);
        // An operation that fails with nothing has nothing to tell.
        const none = way === 'observe' && thrown === undefined;
        expect(span.status.message).toBe(none ? undefined : message);
      }
      expect(spans[2]?.status.code).toBe(SpanStatusCode.UNSET);
    });
  });

  it('gives back what only looks like a promise', async () => {
    const { memory, monitoring } = start();
    const odd = Object.defineProperty({}, 'then', { get: never });
    expect(run(monitoring, () => odd)).toBe(odd);
    const settled = thenable((done) => done(7));
    expect(run(monitoring, () => settled)).toBe(settled);
    const broken = thenable(() => {
      throw new RangeError('then');
    });
    expect(() => run(monitoring, () => broken)).toThrow('then');
    const callable = Object.defineProperty(() => {}, 'then', {
      value: Promise.prototype.then.bind(Promise.resolve(9)),
    });
    expect(await run(monitoring, () => callable)).toBe(9);
    const twice = thenable((done, fail) => {
      done(1);
      fail(new Error('late'));
      done(2);
      return Promise.resolve(1);
    });
    try {
      await run(monitoring, () => twice);
    } catch {
      // A promise that keeps no promise is passed on as it is.
    }
    await monitoring.shutdown();
    expect(memory.spans.filter((span) => span.name === name)).toHaveLength(5);
  });

  it('leaves work that never settles open, and nothing waits for it', async () => {
    const { memory, monitoring } = start();
    void run(monitoring, () => new Promise(() => {}));
    const began = performance.now();
    await monitoring.shutdown();
    expect(performance.now() - began).toBeLessThan(4000);
    expect(memory.spans).toEqual([]);
  });

  it('hands iterators on as they are', async () => {
    const { monitoring } = start();
    const numbers = run(monitoring, function* () {
      yield 1;
      yield 2;
    }) as Iterable<number>;
    expect([...numbers]).toEqual([1, 2]);
    const later = run(monitoring, async function* () {
      yield 1;
      await wait(1);
      yield 2;
    }) as AsyncIterable<number>;
    const seen = [];
    for await (const one of later) seen.push(one);
    expect(seen).toEqual([1, 2]);
  });

  it.each([
    ['off', { traces: false as const }],
    ['never started', {}],
  ])('works where traces are %s, and after the end', async (_, options) => {
    const monitoring = createMonitoring({ logs: false, ...options });
    for (let times = 0; times < 2; times++) {
      expect(run(monitoring, () => 7)).toBe(7);
      expect(await run(monitoring, async () => 8)).toBe(8);
      expect(() =>
        run(monitoring, () => {
          throw new Hostile();
        }),
      ).toThrow(Hostile);
      await monitoring.shutdown();
    }
  });

  it('nests deep, in one trace, each below the one around it', async () => {
    const { memory, monitoring } = start();
    const dive = async (depth: number): Promise<void> => {
      await run(monitoring, async () => {
        await wait(0);
        if (depth > 1) await dive(depth - 1);
      });
    };
    await Promise.all([dive(50), dive(50)]);
    await monitoring.shutdown();
    const spans = memory.spans.filter((span) => span.name === name);
    expect(spans).toHaveLength(100);
    const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]));
    expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(2);
    for (const span of spans) {
      const { spanId, traceId } = span.parentSpanContext ?? {};
      if (spanId !== undefined) expect(byId.get(spanId)?.spanContext().traceId).toBe(traceId);
    }
    expect(spans.filter(({ parentSpanContext }) => parentSpanContext === undefined)).toHaveLength(
      2,
    );
  });
});

describe('a span that is told what cannot be read', () => {
  it('before the SDK is loaded costs no other span anything', async () => {
    const { memory, monitoring } = start();
    monitoring.trace('hostile', (span) => span.recordException(new Hostile()));
    monitoring.trace('harmless', () => {});
    await monitoring.shutdown();
    expect(memory.spans.map(({ name }) => name).sort()).toEqual(['harmless', 'hostile']);
  });

  it('is ended by its function, which then throws, without a complaint', async () => {
    const { memory, monitoring } = start();
    await until(() => isLoaded(monitoring), 'the SDK is loaded');
    expect(() =>
      monitoring.trace('ended', (span) => {
        span.end();
        throw new Error('afterwards');
      }),
    ).toThrow('afterwards');
    await monitoring.shutdown();
    expect(memory.named('ended').status.code).toBe(SpanStatusCode.UNSET);
  });
});

/** What JavaScript hands over without a complaint. */
const NONE: Record<string, (span: Span) => unknown> = {
  'an error for a message': (span) =>
    span.setStatus({ code: SpanStatusCode.ERROR, message: new Error('boom') as never }),
  'no status': (span) => span.setStatus(undefined as never),
  'no exception': (span) => span.recordException(undefined as never),
  'null for an exception': (span) => span.recordException(null as never),
  'no attributes': (span) => span.setAttributes(undefined as never),
  'null for attributes': (span) => span.setAttributes(null as never),
  'no links': (span) => span.addLinks(undefined as never),
  'null for a link': (span) => span.addLink(null as never),
};

describe('a span without the SDK that is told', () => {
  it.each(Object.entries(NONE))('%s throws nothing, and is not lost', async (_, tell) => {
    const spans = memory();
    const { monitoring } = start({ exporter: spans });
    monitoring.trace('trace', (span) => void tell(span));
    monitoring.tracer.startActiveSpan('tracer', (span) => {
      tell(span);
      span.end();
    });
    const { tracer } = monitoring;
    tracer.startSpan('start', { attributes: null as never, links: null as never }).end();
    expect(spans.spans).toMatchObject([
      { name: 'trace', statusMessage: undefined, events: [] },
      { name: 'tracer', statusMessage: undefined, events: [] },
      { name: 'start', attributes: {}, links: [] },
    ]);
  });
});

describe('links', () => {
  it('to what is no span are left out', async () => {
    const { memory, monitoring } = start();
    const links = [undefined, null, 7, 'x', { traceId: 'x', spanId: 'y', traceFlags: 1 }];
    monitoring.trace('linked', { links: links as never }, () => {});
    await monitoring.shutdown();
    expect(memory.named('linked').links).toEqual([]);
    expect(trace.getActiveSpan()).toBeUndefined();
  });
});

describe('headers', () => {
  it('that are none become some', () => {
    const { monitoring } = start();
    const off = createMonitoring({ logs: false, traces: false });
    for (const none of [undefined, null] as never[]) {
      const headers: object = monitoring.trace('send', () => monitoring.inject(none));
      expect(Object.keys(headers)).toEqual(['traceparent']);
      expect(off.inject(none)).toEqual({});
    }
  });

  it('that are hostile name no span', () => {
    const { monitoring } = start();
    const values = ['', 'x'.repeat(100_000), '\u0000', '00-', ['a', 'b'], 7, {}, null, undefined];
    for (const traceparent of values) {
      expect(
        trace.getSpanContext(monitoring.extract({ traceparent, tracestate: traceparent })),
      ).toBe(undefined);
    }
    expect(trace.getSpanContext(monitoring.extract(new Map()))).toBeUndefined();
    expect(trace.getSpanContext(monitoring.extract(Object.create(null)))).toBeUndefined();
    for (const none of [undefined, null] as never[]) {
      expect(trace.getSpanContext(monitoring.extract(none))).toBeUndefined();
    }
  });
});
