import { SpanStatusCode, trace } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { createMonitoring, type MonitoringOptions, operation } from '../../../src/index.js';
import { createBudget } from '../../../src/signals/traces/budget.js';
import { trusting } from '../../../src/signals/traces/trust.js';
import { type Callee, startCallee } from '../../support/callee.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const SAMPLED = { traceparent: `00-${TRACE}-${SPAN}-01` };
const UNSAMPLED = { traceparent: `00-${TRACE}-${SPAN}-00` };
/** So slow a budget that it has one and no second one while a test runs. */
const ONE = 0.0001;

const started: Callee[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.end();
});

async function start(
  traces: MonitoringOptions['traces'] = {},
  options: MonitoringOptions = {},
): Promise<Callee> {
  const callee = await startCallee(traces, options);
  started.push(callee);
  return callee;
}

/** Whether what is sent on says that the trace is recorded, for each call in turn. */
async function decisions(
  { call }: Callee,
  calls: readonly (string | typeof SAMPLED)[],
): Promise<boolean[]> {
  const answers = [];
  for (const one of calls) {
    const { traceparent = '' } = typeof one === 'string' ? await call({}, one) : await call(one);
    answers.push((Number(traceparent.slice(-2)) & 1) === 1);
  }
  return answers;
}

const five = <T>(one: T): T[] => [one, one, one, one, one];

describe('a trace that begins here', () => {
  it('is recorded at the ratio of its route', async () => {
    const callee = await start({
      sampleRatio: 0,
      sampleRoutes: {
        '/orders/new': 0,
        'GET /orders/:id': 1,
        'POST /users/:id': 1,
        '/assets/*': 1,
        '/a.b': 1,
        '/': 1,
      },
    });
    const paths = {
      '/orders/7': true,
      '/orders/7?x=1': true,
      '/orders/new': false,
      '/orders/7/items': false,
      '/orders/': false,
      '/users/7': false,
      '/assets/a/b.js': true,
      '/assets': false,
      '/a.b': true,
      '/axb': false,
      '/': true,
    };
    expect(await decisions(callee, Object.keys(paths))).toEqual(Object.values(paths));
  });

  it('is recorded so many times a second at most', async () => {
    const few = await start({ tracesPerSecond: ONE });
    expect(await decisions(few, five('/'))).toEqual([true, false, false, false, false]);
    const none = await start({ tracesPerSecond: 0 });
    expect(await decisions(none, five('/'))).not.toContain(true);
  });
});

describe('a trace that a caller began', () => {
  it('is recorded when the caller records it, and not when it does not', async () => {
    const always = await start({ sampleRatio: 1 });
    expect(await decisions(always, [SAMPLED, UNSAMPLED])).toEqual([true, false]);
    const never = await start({ sampleRatio: 0 });
    expect(await decisions(never, [SAMPLED, UNSAMPLED])).toEqual([true, false]);
  });

  it('is recorded so many times a second at most only for that', async () => {
    const forced = { forcedPerSecond: ONE };
    const few = await start({ sampleRatio: 0, ...forced });
    expect(await decisions(few, five(SAMPLED))).toEqual([true, false, false, false, false]);
    await few.end();
    expect(few.memory.spans).toHaveLength(1);
    const ours = await start({ sampleRatio: 1, ...forced });
    expect(await decisions(ours, five(SAMPLED))).not.toContain(false);
    const none = await start({ sampleRatio: 0, forcedPerSecond: 0 });
    expect(await decisions(none, five(SAMPLED))).not.toContain(true);
  });

  it('is decided here when that is asked for', async () => {
    const all = await start({ sampleRatio: 1, parentBased: false });
    expect(await decisions(all, [SAMPLED, UNSAMPLED])).toEqual([true, true]);
    expect((await all.call(UNSAMPLED)).traceparent).toContain(TRACE);
    const none = await start({ sampleRatio: 0, parentBased: false });
    expect(await decisions(none, [SAMPLED, UNSAMPLED])).toEqual([false, false]);
  });

  it('is passed on as it came where nothing is exported', async () => {
    const silent = await start({ exporter: 'none' });
    expect(await decisions(silent, [SAMPLED, UNSAMPLED, '/'])).toEqual([true, false, false]);
  });
});

describe('trust', () => {
  async function continues(
    trust: NonNullable<Exclude<MonitoringOptions['traces'], false | undefined>['trust']>,
    headers: Record<string, string> = {},
  ): Promise<boolean> {
    const { call } = await start({ trust });
    const { traceparent } = await call({ ...SAMPLED, tracestate: 'a=1', ...headers });
    return traceparent?.includes(TRACE) ?? false;
  }

  it('is for everybody, nobody, addresses and networks, or as a function says', async () => {
    expect(await continues(true)).toBe(true);
    expect(await continues(false)).toBe(false);
    expect(await continues(['127.0.0.1'])).toBe(true);
    expect(await continues(['10.0.0.0/8', '127.0.0.0/8'])).toBe(true);
    expect(await continues(['10.0.0.0/8', '127.0.0.2', '::1'])).toBe(false);
    expect(await continues([])).toBe(false);
    const byKey = (key: string) =>
      continues((request) => request.header('x-key') === 'k', { 'x-key': key });
    expect(await byKey('k')).toBe(true);
    expect(await byKey('other')).toBe(false);
  });

  it('knows an IPv4 address on a server for IPv6, and an IPv6 one', () => {
    const caller = { traceId: TRACE, spanId: SPAN, traceFlags: 1 };
    const faults = { caught: () => {}, listen: () => {} };
    const reads = (trust: string[], peerAddress: string | undefined) =>
      trusting(trust, () => caller, faults)({ peerAddress } as never) === caller;
    expect(reads(['10.0.0.0/8'], '::ffff:10.1.2.3')).toBe(true);
    expect(reads(['10.0.0.0/8'], '::ffff:11.1.2.3')).toBe(false);
    expect(reads(['fd00::/8'], 'fd12::1')).toBe(true);
    expect(reads(['fd00::/8'], 'fe80::1')).toBe(false);
    expect(reads(['0.0.0.0/0'], undefined)).toBe(false);
  });

  it('that throws is none, and is reported', async () => {
    const { call, monitoring } = await start({
      trust() {
        throw new Error('no');
      },
    });
    expect((await call(SAMPLED)).traceparent).not.toContain(TRACE);
    expect(await monitoring.metrics.text()).toContain(
      'telltale_faults_total{part="traces.trust"} 1',
    );
  });
});

describe('what matters', () => {
  /** The spans that were exported after these calls, as `path kept`. */
  async function kept(
    traces: MonitoringOptions['traces'],
    paths: readonly string[],
    requests: MonitoringOptions['requests'] = {},
  ): Promise<string[]> {
    const { call, end, memory } = await start({ sampleRatio: 0, ...traces }, { requests });
    for (const path of paths) await call({}, path);
    await end();
    return memory.spans.map(
      ({ attributes }) => `${attributes['url.path']} ${attributes['telltale.kept']}`,
    );
  }

  it('is recorded although its trace is not: errors and slow requests', async () => {
    expect(await kept({}, ['/', '/fail', '/'])).toEqual(['/fail error']);
    expect(await kept({}, ['/', '/fail'], { slow: 0 })).toEqual(['/ slow', '/fail error']);
  });

  it('is what the options say', async () => {
    expect(await kept({ keep: false }, ['/', '/fail'], { slow: 0 })).toEqual([]);
    expect(await kept({ keep: { errors: false } }, ['/', '/fail'], { slow: 0 })).toEqual([
      '/ slow',
      '/fail slow',
    ]);
    expect(await kept({ keep: { slow: false } }, ['/', '/fail'], { slow: 0 })).toEqual([
      '/fail error',
    ]);
    expect(await kept({}, ['/fail'], { ignore: { traces: ['/fail'] } })).toEqual([]);
    expect(await kept({ sampleRatio: 1 }, ['/fail'])).toEqual(['/fail undefined']);
  });

  it('is kept within a budget', async () => {
    expect(await kept({ keep: { perSecond: ONE } }, five('/fail'))).toEqual(['/fail error']);
    expect(await kept({ keep: { perSecond: 0 } }, five('/fail'))).toEqual([]);
  });

  it('is a span like others, below its caller', async () => {
    const { call, end, memory, sink } = await start();
    const sent = await call(UNSAMPLED, '/fail');
    await end();
    const [span] = memory.spans;
    expect(sent.traceparent).toMatch(/-00$/);
    expect(span?.spanContext()).toMatchObject({ traceId: TRACE, traceFlags: 1 });
    expect(span?.spanContext().spanId).toBe(sink.requests()[0]?.span_id);
    expect(span?.parentSpanContext?.spanId).toBe(SPAN);
    expect(span?.status.code).toBe(SpanStatusCode.ERROR);
    expect(span?.attributes['http.response.status_code']).toBe(500);
  });

  it('is work of its own as well, with what it threw, and not work below', async () => {
    const { memory, monitoring, end } = await start({ sampleRatio: 0 });
    const job = operation('job.run');
    const step = operation('job.step');
    const fail = () => {
      trace.getActiveSpan()?.setAttribute('asked', true);
      throw new Error('broken');
    };
    expect(() => monitoring.observe(job, { name: 'broken job' }, fail)).toThrow('broken');
    monitoring.observe(job, { name: 'good job' }, () => {
      expect(() => monitoring.observe(step, {}, fail)).toThrow('broken');
    });
    await end();
    expect(memory.spans.map(({ name }) => name)).toEqual(['broken job']);
    const [span] = memory.spans;
    expect(span?.events[0]?.attributes?.['exception.message']).toBe('broken');
    expect(span?.attributes).toMatchObject({ 'telltale.kept': 'error', 'error.type': 'Error' });
  });
});

describe('a budget', () => {
  it('fills up with time, and not beyond a second’s worth', () => {
    let now = 0;
    const take = createBudget(2, undefined, () => now);
    const taken = (many: number) => Array.from({ length: many }, take).filter(Boolean).length;
    expect(taken(5)).toBe(2);
    now = 400;
    expect(taken(5)).toBe(0);
    now = 500;
    expect(taken(5)).toBe(1);
    now = 60_000;
    expect(taken(5)).toBe(2);
  });
});

describe('the environment', () => {
  /** Decisions for a new trace, a recorded and an unrecorded one, and whether an error is kept. */
  async function by(
    sampler: string,
    arg?: string,
    traces: MonitoringOptions['traces'] = {},
  ): Promise<string> {
    process.env.OTEL_TRACES_SAMPLER = sampler;
    if (arg !== undefined) process.env.OTEL_TRACES_SAMPLER_ARG = arg;
    try {
      const callee = await start(traces);
      const said = await decisions(callee, ['/', SAMPLED, UNSAMPLED]);
      await callee.call(UNSAMPLED, '/fail');
      await callee.end();
      const errors = callee.memory.spans.filter(
        ({ attributes }) => attributes['url.path'] === '/fail',
      );
      return [...said, errors.length > 0].map(Number).join('');
    } finally {
      delete process.env.OTEL_TRACES_SAMPLER;
      delete process.env.OTEL_TRACES_SAMPLER_ARG;
    }
  }

  it.each([
    ['always_on', '1111'],
    ['always_off', '0000'],
    ['parentbased_always_on', '1101'],
    ['parentbased_always_off', '0100'],
    ['PARENTBASED_ALWAYS_OFF', '0100'],
    ['xray', '1101'],
    ['', '1101'],
  ])('OTEL_TRACES_SAMPLER=%s', async (sampler, expected) => {
    expect(await by(sampler)).toBe(expected);
  });

  it('OTEL_TRACES_SAMPLER_ARG is the ratio of those that have one', async () => {
    expect(await by('traceidratio', '0')).toBe('0001');
    expect(await by('traceidratio', '1')).toBe('1111');
    expect(await by('traceidratio')).toBe('1111');
    expect(await by('parentbased_traceidratio', '0')).toBe('0101');
    expect(await by('parentbased_traceidratio', 'rubbish')).toBe('1101');
  });

  it('comes after the code, and TELLTALE_TRACES_SAMPLE_RATIO between them', async () => {
    expect(await by('always_off', undefined, { sampleRatio: 1 })).toBe('1101');
    expect(await by('always_off', undefined, { keep: {} })).toBe('0001');
    process.env.TELLTALE_TRACES_SAMPLE_RATIO = '0';
    try {
      expect(await by('always_on')).toBe('0101');
    } finally {
      delete process.env.TELLTALE_TRACES_SAMPLE_RATIO;
    }
  });

  it('OTEL_SDK_DISABLED turns traces off', async () => {
    process.env.OTEL_SDK_DISABLED = 'TRUE';
    try {
      expect(await (await start()).call(SAMPLED)).toEqual({});
    } finally {
      delete process.env.OTEL_SDK_DISABLED;
    }
  });
});

describe('options that cannot be', () => {
  it.each([
    [{ sampleRoutes: { orders: 1 } }, /sampleRoutes.*expected a path such as "\/orders\/:id"/],
    [{ sampleRoutes: { '/orders': 2 } }, /sampleRoutes.\/orders: expected a number from 0 to 1/],
    [{ tracesPerSecond: -1 }, /traces.tracesPerSecond: expected a number a second, 0 or more/],
    [{ forcedPerSecond: Number.NaN }, /traces.forcedPerSecond: expected a number a second/],
    [{ parentBased: 'yes' }, /traces.parentBased: expected true or false, got "yes"/],
    [{ trust: ['10.0.0.0/33'] }, /traces.trust: expected true, false, a list of addresses/],
    [{ trust: ['gateway'] }, /traces.trust: expected true, false, a list of addresses/],
    [{ trust: [['10.0.0.0/8']] }, /traces.trust: expected true, false, a list of addresses/],
    [{ trust: 'all' }, /traces.trust: expected true, false, a list of addresses/],
    [{ keep: { perSecond: -1 } }, /traces.keep.perSecond: expected a number a second/],
    [{ keep: { error: true } }, /traces.keep: unknown key "error"; did you mean "errors"/],
    [{ keep: true }, /traces.keep: expected an object of options/],
  ])('%j', (traces, message) => {
    expect(() => createMonitoring({ traces } as never)).toThrow(message);
  });
});
