import { context, createTraceState, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatTraceparent, parseTraceparent } from '../../../src/signals/traces/traceparent.js';
import { traceStateOf } from '../../../src/signals/traces/tracestate.js';
import { type Callee, startCallee } from '../../support/callee.js';

// The cases of https://www.w3.org/TR/trace-context-2/, section by section.

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const PARENT = `00-${TRACE}-${SPAN}-01`;

let callee: Callee;
beforeAll(async () => {
  callee = await startCallee();
});
afterAll(() => callee.end());

/** What the service sends on after it was asked with these headers. */
const sentOn = (headers: Record<string, string | string[]>) => callee.call(headers);

/** The tracestate that comes out for one, or several, that go in. */
async function stateAfter(tracestate: string | string[]): Promise<string | undefined> {
  const headers = await sentOn({ traceparent: PARENT, tracestate });
  expect(headers.traceparent).toMatch(new RegExp(`^00-${TRACE}-(?!${SPAN})[0-9a-f]{16}-01$`));
  return headers.tracestate;
}

describe('3.2 traceparent', () => {
  it('is read and written', () => {
    const parent = { traceId: TRACE, spanId: SPAN, isRemote: true };
    expect(parseTraceparent(PARENT)).toEqual({ ...parent, traceFlags: 1 });
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-00`)).toEqual({ ...parent, traceFlags: 0 });
    expect(formatTraceparent({ ...parent, traceFlags: 3 })).toBe(`00-${TRACE}-${SPAN}-03`);
  });

  it('is sent on with the same trace and another parent', async () => {
    const { traceparent, tracestate } = await sentOn({ traceparent: PARENT });
    expect(traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
    expect(traceparent).not.toContain(SPAN);
    expect(tracestate).toBeUndefined();
  });

  it('is found under its name in any case, and under no other', async () => {
    for (const name of ['TraceParent', 'TRACEPARENT']) {
      expect((await sentOn({ [name]: PARENT })).traceparent).toContain(TRACE);
    }
    for (const name of ['trace-parent', 'trace.parent']) {
      expect((await sentOn({ [name]: PARENT })).traceparent).not.toContain(TRACE);
    }
  });

  it('may have white space around it', async () => {
    for (const traceparent of [` ${PARENT}`, `\t${PARENT}`, `${PARENT} \t`]) {
      expect((await sentOn({ traceparent })).traceparent).toContain(TRACE);
    }
  });

  it('that is sent twice is none', async () => {
    const other = PARENT.replaceAll('4', '5');
    for (const pair of [
      [PARENT, other],
      [PARENT, PARENT],
    ]) {
      const { traceparent } = await sentOn({ traceparent: pair });
      expect(traceparent).not.toContain(TRACE);
      expect(traceparent).not.toContain(other.slice(3, 35));
      const extracted = propagation.extract(ROOT_CONTEXT, { traceparent: pair });
      expect(trace.getSpanContext(extracted)).toBeUndefined();
    }
  });

  it.each([
    ['nothing', ''],
    ['no flags', `00-${TRACE}-${SPAN}`],
    ['an empty end', `00-${TRACE}-${SPAN}-`],
    ['an illegal version', `.0-${TRACE}-${SPAN}-01`],
    ['a version in capitals', `CC-${TRACE}-${SPAN}-01`],
    ['a long version', `000-${TRACE}-${SPAN}-01`],
    ['a short version', `0-${TRACE}-${SPAN}-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['an illegal trace', `00-.${TRACE.slice(1)}-${SPAN}-01`],
    ['a trace in capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['a long trace', `00-${TRACE}1-${SPAN}-01`],
    ['a short trace', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['a parent of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['an illegal parent', `00-${TRACE}-${SPAN.slice(1)}.-01`],
    ['a parent in capitals', `00-${TRACE}-${SPAN.toUpperCase()}-01`],
    ['a long parent', `00-${TRACE}-${SPAN}1-01`],
    ['a short parent', `00-${TRACE}-${SPAN.slice(1)}-01`],
    ['illegal flags', `00-${TRACE}-${SPAN}-.0`],
    ['half illegal flags', `00-${TRACE}-${SPAN}-0.`],
    ['flags in capitals', `00-${TRACE}-${SPAN}-0A`],
    ['long flags', `00-${TRACE}-${SPAN}-001`],
    ['short flags', `00-${TRACE}-${SPAN}-1`],
    ['other separators', PARENT.replaceAll('-', '_')],
  ])('with %s begins a trace anew, and its state is dropped', async (_what, traceparent) => {
    expect(parseTraceparent(traceparent)).toBeUndefined();
    const sent = await sentOn({ traceparent, tracestate: 'foo=1' });
    expect(sent.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-03$/);
    expect(sent.traceparent?.slice(3, 35)).not.toBe(traceparent.slice(3, 35).toLowerCase());
    expect(sent.tracestate).toBeUndefined();
  });
});

describe('3.2.4 versions', () => {
  it('above ours are read as far as we know them, and answered in ours', async () => {
    for (const traceparent of [
      `cc-${TRACE}-${SPAN}-01`,
      `cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`,
      `01-${TRACE}-${SPAN}-01-`,
    ]) {
      expect((await sentOn({ traceparent })).traceparent).toMatch(
        new RegExp(`^00-${TRACE}-.*-01$`),
      );
    }
  });

  it.each([
    ['00 with more behind it', `${PARENT}-more`],
    ['00 with a full stop behind it', `${PARENT}.`],
    ['00 with a dash behind it', `${PARENT}-`],
    ['ff', `ff-${TRACE}-${SPAN}-01`],
    ['a higher one with more and no dash', `cc-${TRACE}-${SPAN}-01.what`],
    ['a higher one that is too short', `cc-${TRACE}-${SPAN}-0`],
  ])('%s: the trace begins anew', async (_what, traceparent) => {
    expect((await sentOn({ traceparent })).traceparent).not.toContain(TRACE);
  });
});

describe('3.2.2.5 flags', () => {
  it.each([
    ['00', '00'],
    ['01', '01'],
    ['02', '02'],
    ['03', '03'],
    ['09', '01'],
    ['fc', '00'],
    ['ff', '03'],
  ])('%s is sent on as %s', async (given, expected) => {
    const { traceparent } = await sentOn({ traceparent: `00-${TRACE}-${SPAN}-${given}` });
    expect(traceparent?.slice(-2)).toBe(expected);
  });

  it('say that our own trace ids are random', async () => {
    const { traceparent } = await sentOn({});
    expect(traceparent?.slice(-2)).toBe('03');
  });

  it('are the same on spans that somebody asked for, and below them', () => {
    const flags = (headers: object) => {
      const parent = propagation.extract(ROOT_CONTEXT, headers);
      return callee.monitoring.tracer.startActiveSpan('work', {}, parent, (span) => {
        const onward: Record<string, string> = {};
        propagation.inject(context.active(), onward);
        span.end();
        return [span.spanContext().traceFlags, onward.traceparent?.slice(-2)];
      });
    };
    expect(flags({})).toEqual([3, '03']);
    expect(flags({ traceparent: `00-${TRACE}-${SPAN}-03` })).toEqual([3, '03']);
    expect(flags({ traceparent: `00-${TRACE}-${SPAN}-01` })).toEqual([1, '01']);
    expect(flags({ traceparent: `00-${TRACE}-${SPAN}-02` })).toEqual([2, '02']);
  });
});

describe('3.3 tracestate', () => {
  it('is sent on as it came', async () => {
    expect(await stateAfter('foo=1,bar=2')).toBe('foo=1,bar=2');
    expect((await sentOn({ traceparent: PARENT, TRACESTATE: 'foo=1' })).tracestate).toBe('foo=1');
    expect((await sentOn({ traceparent: PARENT, 'trace-state': 'a=1' })).tracestate).toBe(
      undefined,
    );
  });

  it('is joined when it comes in several headers, in their order', async () => {
    expect(await stateAfter(['foo=1,bar=2', 'rojo=1', 'baz=3'])).toBe('foo=1,bar=2,rojo=1,baz=3');
    const extracted = propagation.extract(ROOT_CONTEXT, {
      traceparent: PARENT,
      tracestate: ['foo=1', 'bar=2'],
    });
    expect(trace.getSpanContext(extracted)?.traceState?.serialize()).toBe('foo=1,bar=2');
  });

  it('may be empty, and have empty members', async () => {
    expect(await stateAfter('')).toBeUndefined();
    expect(await stateAfter(['foo=1', ''])).toBe('foo=1');
    expect(await stateAfter(['', 'foo=1'])).toBe('foo=1');
    expect(await stateAfter('foo=1,, \t ,bar=2,')).toBe('foo=1,bar=2');
  });

  it('loses the white space around its members, and keeps what begins a value', async () => {
    expect(await stateAfter('foo=1 \t , \t bar=2, \t baz=3')).toBe('foo=1,bar=2,baz=3');
    expect(await stateAfter('\t foo=  1 2 \t')).toBe('foo=  1 2');
  });

  it('keeps the left one of two members with one key', async () => {
    expect(await stateAfter('foo=1,bar=3,foo=2')).toBe('foo=1,bar=3');
    expect(await stateAfter(['foo=1', 'foo=1'])).toBe('foo=1');
  });

  it('has up to 32 members', async () => {
    const members = Array.from({ length: 33 }, (_, i) => `bar${i}=${i}`);
    const most = members.slice(0, 32).join(',');
    expect(await stateAfter(most)).toBe(most);
    expect(await stateAfter(`,${most},`)).toBe(most);
    expect(await stateAfter(members.join(','))).toBeUndefined();
  });

  it('may be longer than 512 characters', async () => {
    const long = Array.from({ length: 32 }, (_, i) => `key${i}=${'v'.repeat(200)}`).join(',');
    expect(await stateAfter(long)).toBe(long);
  });

  const printable = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i))
    .join('')
    .replace(/[,=]/g, '');
  it.each([
    ['all legal characters', `${'abcxyz0189_-*/@'}=${printable}`],
    ['an at sign at the end', 'foo@=1'],
    ['two at signs', 'foo@bar@baz=1'],
    ['two at signs in a row', 'foo@@bar=1'],
    ['a digit first', '0foo=1'],
    ['a vendor', 'tenant@vendor=1'],
    ['a key of one character', 'a=1'],
    ['a key of 256 characters', `${'z'.repeat(256)}=1`],
    ['a tenant of 242 characters', `${'t'.repeat(242)}@v=1`],
    ['a value of 256 characters', `foo=${'v'.repeat(256)}`],
  ])('with %s is legal', async (_what, state) => {
    expect(await stateAfter(`${state},bar=2`)).toBe(`${state},bar=2`);
  });

  it.each([
    ['a space in a key', 'foo =1'],
    ['capitals', 'FOO=1'],
    ['a full stop', 'foo.bar=1'],
    ['an at sign first', '@foo=1'],
    ['an underscore first', '_foo=1'],
    ['no key', '=1'],
    ['no value', 'foo='],
    ['a value of spaces', 'foo=  '],
    ['no equals sign', 'foo'],
    ['a second equals sign', 'foo=bar=baz'],
    ['a key of 257 characters', `${'z'.repeat(257)}=1`],
    ['a value of 257 characters', `foo=${'v'.repeat(257)}`],
    ['a value beyond ASCII', 'foo=caf\u00e9'],
    ['a tab in a value', 'foo=a\tb'],
  ])('with %s is dropped whole', async (_what, state) => {
    expect(await stateAfter(`${state},bar=2`)).toBeUndefined();
    expect(await stateAfter(`bar=2,${state}`)).toBeUndefined();
  });

  it('does without a traceparent', async () => {
    expect((await sentOn({ tracestate: 'foo=1' })).tracestate).toBeUndefined();
  });
});

describe('3.5 mutating a tracestate', () => {
  const state = traceStateOf('foo=1,bar=2');

  it('puts what changes first, and keeps the order of the rest', () => {
    expect(state.set('bar', '3').serialize()).toBe('bar=3,foo=1');
    expect(state.set('new', '0').serialize()).toBe('new=0,foo=1,bar=2');
    expect(state.unset('foo').serialize()).toBe('bar=2');
    expect(state.get('bar')).toBe('2');
    expect(state.get('none')).toBeUndefined();
    expect(state.serialize()).toBe('foo=1,bar=2');
  });

  it('leaves it as it was when the change is illegal', () => {
    const full = traceStateOf(Array.from({ length: 32 }, (_, i) => `k${i}=1`).join(','));
    expect(state.set('UP', '1').serialize()).toBe('foo=1,bar=2');
    expect(state.set('new', 'a,b').serialize()).toBe('foo=1,bar=2');
    expect(full.set('new', '1').serialize()).toBe(full.serialize());
    expect(full.set('k31', '2').serialize()).toMatch(/^k31=2,k0=1,/);
  });

  it('reads the same as OpenTelemetry where that is right', () => {
    for (const text of ['a=1', 'a=1,b=2', 't@v=1,b= 2']) {
      expect(traceStateOf(text).serialize()).toBe(createTraceState(text).serialize());
    }
  });
});
