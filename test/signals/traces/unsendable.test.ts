/**
 * What a strict collector refuses costs no span: neither the others of its batch, nor the one that was
 * told it. Each is told before the SDK is loaded and after.
 */
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMonitoring, type Monitoring, operation } from '../../../src/index.js';
import { type Collector, type ReceivedSpan, startCollector } from '../../services/collector.js';
import { until } from '../../support/until.js';

let collector: Collector;
beforeAll(async () => {
  collector = await startCollector();
});
afterAll(() => collector.stop());

const SETTINGS = { OTEL_BSP_SCHEDULE_DELAY: '10' };
beforeEach(() => void Object.assign(process.env, SETTINGS));
const started: Monitoring[] = [];
afterEach(async () => {
  for (const name of Object.keys(SETTINGS)) delete process.env[name];
  for (const one of started.splice(0)) await one.shutdown();
});

function start(): Monitoring {
  const monitoring = createMonitoring({
    logs: false,
    traces: { exporter: 'otlp', endpoint: collector.endpoint },
  });
  monitoring.start();
  started.push(monitoring);
  return monitoring;
}

/** Whether spans are the SDK's own by now. */
function isLoaded({ tracer }: Monitoring): boolean {
  const span = tracer.startSpan('probe');
  span.end();
  return Object.hasOwn(span, 'resource');
}

const job = operation('job');
const context = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const CUT = `cut ${'\u{1f600}'.slice(0, 1)}`;
const MENDED = 'cut \ufffd';
const EMOJI = `x${'\u{1f600}'.repeat(6000)}`;

type Bad = (monitoring: Monitoring) => void;

/** What the span is told, and what of it the collector must have; others are told of no attributes. */
const NUMBERS: readonly [string, unknown, unknown][] = [
  ['NaN', Number.NaN, 'NaN'],
  ['Infinity', Number.POSITIVE_INFINITY, 'Infinity'],
  ['1e300', 1e300, '1e+300'],
  ['2 ** 63', 2 ** 63, '9223372036854776000'],
  ['-(2 ** 64)', -(2 ** 64), '-18446744073709552000'],
  ['2 ** 62', 2 ** 62, 2 ** 62],
  ['a text cut in a pair', CUT, MENDED],
];

const WAYS: readonly [string, (monitoring: Monitoring, x: never) => void][] = [
  ['trace', (monitoring, x) => monitoring.trace('bad', { attributes: { x } }, () => {})],
  ['setAttribute', (monitoring, x) => monitoring.trace('bad', (span) => span.setAttribute('x', x))],
  [
    'observe',
    (monitoring, x) => monitoring.observe(job, { name: 'bad', attributes: { x } }, () => {}),
  ],
];

const DATE = new Date(Number.NaN);

const OTHERS: Record<string, Bad> = {
  'a list with NaN': ({ trace }) => trace('bad', (span) => span.setAttribute('x', [1, Number.NaN])),
  'a list with half a pair': ({ trace }) => trace('bad', (span) => span.setAttribute('x', [CUT])),
  'a key that is cut': ({ trace }) => trace('bad', { attributes: { [CUT]: 1 } }, () => {}),
  'a list with NaN, observed': ({ observe }) =>
    observe(job, { name: 'bad', attributes: { x: [1, Number.NaN] as never } }, () => {}),
  'NaN in an event': ({ trace }) =>
    trace('bad', (span) => span.addEvent('e', { x: Number.NaN, y: CUT })),
  'a name of an event that is cut': ({ trace }) => trace('bad', (span) => span.addEvent(CUT)),
  'NaN in a link': ({ tracer }) =>
    tracer
      .startSpan('bad', {
        links: [{ context: { ...context, traceFlags: 1 }, attributes: { x: Number.NaN, y: CUT } }],
      })
      .end(),
  'an error’s text of emoji': ({ trace }) =>
    trace('bad', (span) => {
      span.recordException(new Error(EMOJI));
      span.setStatus({ code: 2, message: EMOJI });
    }),
  'a status that is cut': ({ trace }) =>
    trace('bad', (span) => span.setStatus({ code: 2, message: CUT })),
  'a status of no code': ({ trace }) =>
    trace('bad', (span) => span.setStatus({ code: 'ERROR' as never })),
  'a kind that is none': ({ tracer }) => tracer.startSpan('bad', { kind: 'server' as never }).end(),
  'a link without a context': ({ tracer }) =>
    tracer.startSpan('bad', { links: [{ context: undefined as never }] }).end(),
  'no link': ({ tracer }) => tracer.startSpan('bad', { links: [undefined as never] }).end(),
  'a link without a context, later': ({ tracer }) =>
    tracer
      .startSpan('bad')
      .addLink({ context: undefined as never })
      .end(),
  'a start that is no date': ({ tracer }) => tracer.startSpan('bad', { startTime: DATE }).end(),
  'a start in nanoseconds': ({ tracer }) =>
    tracer.startSpan('bad', { startTime: Date.now() * 1e6 }).end(),
  'a start before 1970': ({ tracer }) => tracer.startSpan('bad', { startTime: new Date(-1) }).end(),
  'an end that is no date': ({ tracer }) => tracer.startSpan('bad').end(DATE),
  'an end of NaN': ({ tracer }) => tracer.startSpan('bad').end(Number.NaN),
  'an end that is a bigint': ({ tracer }) => tracer.startSpan('bad').end(5n as never),
  'an event at NaN': ({ tracer }) => tracer.startSpan('bad').addEvent('e', Number.NaN).end(),
  'an event at no date': ({ tracer }) => tracer.startSpan('bad').addEvent('e', {}, DATE).end(),
  'an event at no time': ({ tracer }) =>
    tracer.startSpan('bad').addEvent('e', {}, [Number.NaN, 0]).end(),
};

/** Sends a good and a bad span early and late, and gives the bad ones as they arrived. */
async function sendTwice(bad: Bad, name = 'bad'): Promise<ReceivedSpan[]> {
  const before = collector.spans().length;
  const monitoring = start();
  monitoring.trace('good', () => {});
  bad(monitoring);
  await until(() => isLoaded(monitoring), 'the SDK is loaded');
  monitoring.trace('good', () => {});
  bad(monitoring);
  await monitoring.shutdown();
  const text = await monitoring.metrics.text();
  expect(text.match(/^telltale_spans_lost_total.* (?!0$)\d+$/gm)).toBeNull();
  const ended = Number(/^telltale_spans_total (\d+)$/m.exec(text)?.[1]);
  const arrived = (await collector.waitForSpans(before + ended, 5000)).slice(before);
  expect(arrived.filter((span) => span.name === 'good')).toHaveLength(2);
  const found = arrived.filter((span) => span.name === name);
  expect(found).toHaveLength(2);
  return found;
}

describe.each(WAYS)('%s', (_, tell) => {
  it.each(NUMBERS)('with %s', async (_what, value, received) => {
    for (const { attributes } of await sendTwice((one) => tell(one, value as never))) {
      expect(attributes.x).toBe(received);
    }
  });
});

describe('a span with', () => {
  it.each(Object.entries(OTHERS))('%s', async (_what, bad) => {
    for (const { startNanos, endNanos } of await sendTwice(bad)) {
      const now = Date.now() * 1e6;
      expect(Math.abs(Number(startNanos) - now)).toBeLessThan(60e9);
      expect(Math.abs(Number(endNanos) - now)).toBeLessThan(60e9);
    }
  });

  it.each([
    [CUT, MENDED],
    [7 as never, '7'],
  ])('the name %j', async (name, received) => {
    await sendTwice(({ tracer }) => tracer.startSpan(name).end(), received);
    await sendTwice(({ tracer }) => tracer.startSpan('x').updateName(name).end(), received);
    await sendTwice(({ observe }) => observe(job, { name }, () => {}), received);
  });
});

describe('a span that nobody can write down', () => {
  it('is lost alone, and told of', async () => {
    const before = collector.spans().length;
    const monitoring = start();
    const serialize = () => {
      throw new Error('on purpose');
    };
    const parent = trace.setSpanContext(ROOT_CONTEXT, {
      ...context,
      traceFlags: 1,
      traceState: { serialize } as never,
    });
    const work = (): void => {
      monitoring.trace('good', () => {});
      monitoring.trace('bad', { parent }, () => {});
      monitoring.trace('good', () => {});
    };
    work();
    await until(() => isLoaded(monitoring), 'the SDK is loaded');
    work();
    await monitoring.shutdown();
    const text = await monitoring.metrics.text();
    expect(text).toContain('telltale_spans_lost_total{exporter="otlp",reason="error"} 2');
    const exported = Number(/^telltale_spans_exported_total{.*} (\d+)$/m.exec(text)?.[1]);
    const arrived = (await collector.waitForSpans(before + exported, 5000)).slice(before);
    expect(arrived.filter(({ name }) => name === 'good')).toHaveLength(4);
  });
});

describe('an attribute that is an object', () => {
  async function exported(value: unknown): Promise<unknown> {
    const seen: unknown[] = [];
    const exporter = {
      export(spans: { attributes: Record<string, unknown> }[], done: (result: object) => void) {
        for (const { attributes } of spans) seen.push(attributes.x);
        done({ code: 0 });
      },
      shutdown: async () => {},
    };
    const monitoring = createMonitoring({ logs: false, traces: { exporter: exporter as never } });
    monitoring.start();
    monitoring.trace('bad', (span) => span.setAttribute('x', value as never));
    await monitoring.shutdown();
    return seen[0];
  }

  it.each([new Date(0), new Float64Array([1]), { a: 1 }, new (class Own {})()])(
    'goes to the exporter as it is where there is nothing to mend: %o',
    async (value) => expect(await exported(value)).toBe(value),
  );

  it('is mended in a copy', async () => {
    const value = { a: CUT, [CUT]: 1, b: { c: Number.NaN } };
    expect(await exported(value)).toEqual({ a: MENDED, [MENDED]: 1, b: { c: 'NaN' } });
    expect(value.a).toBe(CUT);
  });

  it('has a text also without a prototype', async () => {
    const value = await exported(Object.assign(Object.create(null), { a: 1 }));
    expect(String(value)).toBe('[object Object]');
  });

  it('and cannot be read a second time costs the application nothing', async () => {
    let reads = 0;
    const value = {
      get a() {
        if (++reads > 1) throw new Error('on purpose');
        return 1;
      },
    };
    expect(await exported(value)).toBe('unreadable');
  });
});
