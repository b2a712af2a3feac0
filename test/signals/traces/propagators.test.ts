import { afterEach, describe, expect, it } from 'vitest';
import { createMonitoring, type PropagatorName } from '../../../src/index.js';
import { type Callee, startCallee } from '../../support/callee.js';
import { until } from '../../support/until.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SHORT = 'a3ce929d0e0e4736';
const LONG = SHORT.padStart(32, '0');
const SPAN = '00f067aa0ba902b7';
const PARENT = '05e3ac9a4f6e3b90';

const started: Callee[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.end();
});

async function start(propagators?: readonly PropagatorName[], traces = {}): Promise<Callee> {
  const callee = await startCallee({ ...(propagators && { propagators }), ...traces });
  started.push(callee);
  return callee;
}

/** What the traceparent says that is sent on, when the headers came in. */
async function understood(
  propagator: PropagatorName,
  calls: readonly Record<string, string>[],
  traces = {},
): Promise<(string | undefined)[]> {
  const { call } = await start([propagator, 'tracecontext'], traces);
  const answers = [];
  for (const headers of calls) {
    const { traceparent = '' } = await call(headers);
    const [, traceId, , flags] = traceparent.split('-');
    answers.push(flags?.startsWith('0') && Number(flags) >= 2 ? 'new' : `${traceId} ${flags}`);
  }
  return answers;
}

describe('b3', () => {
  it('is read from one header', async () => {
    const good = [
      { b3: `${TRACE}-${SPAN}-1-${PARENT}` },
      { b3: `${TRACE}-${SPAN}-1` },
      { b3: `${TRACE}-${SPAN}-0` },
      { b3: `${TRACE}-${SPAN}-d` },
      { b3: `${SHORT}-${SPAN}-1` },
    ];
    for (const name of ['b3', 'b3multi'] as const) {
      expect(await understood(name, good)).toEqual([
        `${TRACE} 01`,
        `${TRACE} 01`,
        `${TRACE} 00`,
        `${TRACE} 01`,
        `${LONG} 01`,
      ]);
    }
  });

  it('is read from several headers', async () => {
    const ids = { 'X-B3-TraceId': TRACE, 'X-B3-SpanId': SPAN };
    const good = [
      { ...ids, 'X-B3-Sampled': '1', 'X-B3-ParentSpanId': PARENT },
      { ...ids, 'X-B3-Sampled': '0' },
      { ...ids, 'X-B3-Sampled': 'true' },
      { ...ids, 'X-B3-Sampled': '0', 'X-B3-Flags': '1' },
      { ...ids, 'X-B3-TraceId': SHORT, 'X-B3-Sampled': '1' },
    ];
    for (const name of ['b3', 'b3multi'] as const) {
      expect(await understood(name, good)).toEqual([
        `${TRACE} 01`,
        `${TRACE} 00`,
        `${TRACE} 01`,
        `${TRACE} 01`,
        `${LONG} 01`,
      ]);
    }
  });

  it('without a decision leaves it to us', async () => {
    const undecided = [
      { b3: `${TRACE}-${SPAN}` },
      { 'X-B3-TraceId': TRACE, 'X-B3-SpanId': SPAN } as Record<string, string>,
    ];
    expect(await understood('b3', undecided)).toEqual([`${TRACE} 01`, `${TRACE} 01`]);
    const never = { sampleRatio: 0 };
    expect(await understood('b3', undecided, never)).toEqual([`${TRACE} 00`, `${TRACE} 00`]);
  });

  it.each([{ b3: '0' }, { 'X-B3-Sampled': '0' }, { 'X-B3-Sampled': 'false' }] as Record<
    string,
    string
  >[])('of no span keeps the trace from being recorded: %o', async (headers) => {
    const { call, end, memory, monitoring } = await start(['b3', 'tracecontext']);
    expect((await call(headers)).b3).toMatch(/^[0-9a-f]{32}-[0-9a-f]{16}-0$/);
    const onward = () => monitoring.inject<{ b3?: string }>({}).b3;
    const parent = monitoring.extract(headers);
    expect(monitoring.trace('denied', { parent }, onward)).toMatch(/-0$/);
    const both = { ...headers, traceparent: `00-${TRACE}-${SPAN}-01` };
    expect((await call(both)).b3).toMatch(new RegExp(`^${TRACE}-[0-9a-f]{16}-1$`));
    // What is kept all the same is below nobody.
    await call(headers, '/fail');
    await end();
    expect(memory.spans).toHaveLength(2);
    const kept = memory.spans.find(({ attributes }) => attributes['telltale.kept'] === 'error');
    expect(kept).toBeDefined();
    expect(kept?.parentSpanContext).toBeUndefined();
  });

  it('of no span is nobody’s to be linked to or to be below', async () => {
    const { end, memory, monitoring } = await start(['b3'], { parentBased: false });
    const parent = monitoring.extract({ b3: '0' });
    monitoring.trace('linked', { links: [parent] }, () => {});
    monitoring.trace('below', { parent }, () => {});
    await end();
    expect(memory.named('linked').links).toEqual([]);
    expect(memory.named('below').parentSpanContext).toBeUndefined();
  });

  it('that asks for debugging is passed on as that', async () => {
    const { call, monitoring } = await start(['b3', 'b3multi']);
    const ids = { 'X-B3-TraceId': TRACE, 'X-B3-SpanId': SPAN };
    const asked: Record<string, string>[] = [
      { b3: `${TRACE}-${SPAN}-d` },
      { ...ids, 'X-B3-Flags': '1' },
    ];
    const check = (onward: Record<string, string>): void => {
      expect(onward.b3).toMatch(new RegExp(`^${TRACE}-[0-9a-f]{16}-d$`));
      expect(onward['x-b3-flags']).toBe('1');
      expect(onward).not.toHaveProperty('x-b3-sampled');
    };
    const isLate = (): boolean => {
      const span = monitoring.tracer.startSpan('probe');
      span.end();
      return Object.hasOwn(span, 'resource');
    };
    for (const headers of asked) {
      check(await call(headers));
      const parent = monitoring.extract(headers);
      const inner = () => monitoring.trace('inner', () => monitoring.inject({}));
      check(monitoring.trace('outer', { parent }, inner));
      await until(isLate, 'the SDK is loaded');
    }
    const refused = await start(['b3', 'b3multi'], { sampleRatio: 0, forcedPerSecond: 0 });
    expect(await refused.call(asked[0])).toMatchObject({
      b3: expect.stringMatching(/-0$/),
      'x-b3-sampled': '0',
    });
  });

  it('that is not valid begins a new trace', async () => {
    const bad = [
      { b3: `${TRACE}-${SPAN}-2` },
      { b3: `${TRACE}1-${SPAN}-1` },
      { b3: `${TRACE}-${SPAN}1-1` },
      { b3: `${TRACE.toUpperCase()}-${SPAN}-1` },
      { b3: `${'0'.repeat(32)}-${SPAN}-1` },
      { b3: `${TRACE}-${'0'.repeat(16)}-1` },
      { 'X-B3-TraceId': TRACE, 'X-B3-Sampled': '1' } as Record<string, string>,
      { 'X-B3-TraceId': TRACE.slice(1), 'X-B3-SpanId': SPAN } as Record<string, string>,
      { 'X-B3-TraceId': TRACE, 'X-B3-SpanId': SPAN.toUpperCase() } as Record<string, string>,
      { 'X-B3-SpanId': SPAN, 'X-B3-Sampled': '1' } as Record<string, string>,
    ];
    expect(await understood('b3', bad)).toEqual(bad.map(() => 'new'));
  });
});

describe('jaeger', () => {
  it('is read, with its zeros left away and its colons escaped', async () => {
    const good = [
      { 'uber-trace-id': `${TRACE}:${SPAN}:0:1` },
      { 'uber-trace-id': `${TRACE}:${SPAN}:${PARENT}:0` },
      { 'uber-trace-id': `${TRACE}:${SPAN}:0:03` },
      { 'uber-trace-id': `${SHORT}:f067aa0ba902b7:0:1` },
      { 'uber-trace-id': encodeURIComponent(`${TRACE}:${SPAN}:0:1`) },
      { 'uber-trace-id': `${TRACE.toUpperCase()}:${SPAN}:0:1` },
    ];
    expect(await understood('jaeger', good)).toEqual([
      `${TRACE} 01`,
      `${TRACE} 00`,
      `${TRACE} 01`,
      `${LONG} 01`,
      `${TRACE} 01`,
      `${TRACE} 01`,
    ]);
  });

  it('that is not valid begins a new trace', async () => {
    const bad = [
      { 'uber-trace-id': `${TRACE}:${SPAN}:0` },
      { 'uber-trace-id': `${TRACE}1:${SPAN}:0:1` },
      { 'uber-trace-id': `0:${SPAN}:0:1` },
      { 'uber-trace-id': `${TRACE}:0:0:1` },
      { 'uber-trace-id': `${TRACE}:${SPAN}:0:x` },
    ];
    expect(await understood('jaeger', bad)).toEqual(bad.map(() => 'new'));
  });
});

describe('what is sent on', () => {
  it('is in all formats that are named, and in no other', async () => {
    const { call, sink } = await start(['b3', 'b3multi', 'jaeger']);
    for (const [state, flag] of [
      ['1', '1'],
      ['0', '0'],
    ]) {
      const sent = await call({ b3: `${TRACE}-${SPAN}-${state}` });
      const id = sink.requests().at(-1)?.span_id;
      expect(sent).toEqual({
        b3: `${TRACE}-${id}-${flag}`,
        'x-b3-traceid': TRACE,
        'x-b3-spanid': id,
        'x-b3-sampled': flag,
        'uber-trace-id': `${TRACE}:${id}:0:${flag}`,
      });
    }
  });

  it('is W3C’s and nothing else by default', async () => {
    const { call } = await start();
    const sent = await call({ b3: `${TRACE}-${SPAN}-1`, 'uber-trace-id': `${TRACE}:${SPAN}:0:1` });
    expect(Object.keys(sent)).toEqual(['traceparent']);
    expect(sent.traceparent).not.toContain(TRACE);
  });

  it('is nothing when no format is named, and nothing is read', async () => {
    const { call, sink } = await start([]);
    expect(await call({ traceparent: `00-${TRACE}-${SPAN}-01` })).toEqual({});
    expect(sink.requests()[0]?.trace_id).toMatch(/^(?!4bf92f)[0-9a-f]{32}$/);
  });

  it('belongs to the first format that names a trace', async () => {
    const headers = {
      traceparent: `00-${TRACE}-${SPAN}-01`,
      b3: `${LONG}-${SPAN}-1`,
    };
    const { call, end } = await start(['b3', 'tracecontext']);
    expect((await call(headers)).traceparent).toContain(LONG);
    expect((await call({ ...headers, b3: 'rubbish' })).traceparent).toContain(TRACE);
    await end();
    const other = await start(['tracecontext', 'b3']);
    expect((await other.call(headers)).b3).toContain(TRACE);
  });
});

describe('the formats', () => {
  async function byEnvironment(env: Record<string, string>): Promise<string[]> {
    Object.assign(process.env, env);
    try {
      const callee = await start();
      const names = Object.keys(await callee.call());
      await callee.end();
      return names;
    } finally {
      for (const name of Object.keys(env)) delete process.env[name];
    }
  }

  it('are named by the environment', async () => {
    expect(await byEnvironment({ OTEL_PROPAGATORS: ' b3 ,jaeger,baggage,xray' })).toEqual([
      'b3',
      'uber-trace-id',
    ]);
    expect(await byEnvironment({ OTEL_PROPAGATORS: 'none' })).toEqual([]);
    expect(await byEnvironment({ OTEL_PROPAGATORS: '' })).toEqual(['traceparent']);
    expect(
      await byEnvironment({ OTEL_PROPAGATORS: 'b3', TELLTALE_TRACES_PROPAGATORS: 'jaeger' }),
    ).toEqual(['uber-trace-id']);
  });

  it('are refused when there is none of the name', () => {
    const wrong = { traces: { propagators: ['w3c'] } } as never;
    expect(() => createMonitoring(wrong)).toThrow(
      'option traces.propagators.0: expected one of tracecontext, b3, b3multi, jaeger, got "w3c"',
    );
  });
});
