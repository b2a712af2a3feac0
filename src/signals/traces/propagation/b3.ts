import { type SpanContext, TraceFlags } from '@opentelemetry/api';
import { newSpanId, newTraceId } from '../ids.js';
import { isSampled, RANDOM_FLAG } from '../traceparent.js';
import { traceStateOf } from '../tracestate.js';
import type { HeaderFormat, HeaderReader, RemoteContext } from './format.js';
import { traceIdOf, validContext } from './ids.js';

const SINGLE = /^([0-9a-f]+)-([0-9a-f]+)(?:-([01d])(?:-[0-9a-f]{16})?)?$/;
const TRACE_ID = /^(?:[0-9a-f]{16}){1,2}$/;
const SPAN_ID = /^[0-9a-f]{16}$/;

/** Zipkin's headers in one. https://github.com/openzipkin/b3-propagation#single-header */
export const b3: HeaderFormat = {
  fields: ['b3'],
  read,
  write(span, set) {
    set('b3', `${span.traceId}-${span.spanId}-${stateOf(span)}`);
  },
};

/** Zipkin's headers one by one. https://github.com/openzipkin/b3-propagation#multiple-headers */
export const b3multi: HeaderFormat = {
  fields: ['x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-b3-flags'],
  read,
  write(span, set) {
    set('x-b3-traceid', span.traceId);
    set('x-b3-spanid', span.spanId);
    const state = stateOf(span);
    if (state === 'd') set('x-b3-flags', '1');
    else set('x-b3-sampled', state);
  },
};

/** Goes with the trace as its state, of which it says nothing to others. */
const DEBUG = traceStateOf('');

function stateOf(span: SpanContext): '0' | '1' | 'd' {
  if (!isSampled(span)) return '0';
  return span.traceState === DEBUG ? 'd' : '1';
}

// Who writes one of the two reads both, since nobody knows which the caller was told to write.
function read(headers: HeaderReader): RemoteContext | undefined {
  return readSingle(headers) ?? readMulti(headers);
}

function readSingle(headers: HeaderReader): RemoteContext | undefined {
  const header = headers.header('b3');
  if (header === undefined) return undefined;
  if (header === '0') return denial();
  const match = SINGLE.exec(header);
  return match === null ? undefined : contextOf(match[1], match[2], match[3]);
}

function readMulti(headers: HeaderReader): RemoteContext | undefined {
  const traceId = headers.header('x-b3-traceid');
  if (traceId === undefined) return isDenied(headers) ? denial() : undefined;
  const state = headers.header('x-b3-flags') === '1' ? 'd' : headers.header('x-b3-sampled');
  return contextOf(traceId, headers.header('x-b3-spanid'), state);
}

function contextOf(
  traceId = '',
  spanId = '',
  state: string | undefined,
): RemoteContext | undefined {
  if (!TRACE_ID.test(traceId) || !SPAN_ID.test(spanId)) return undefined;
  const sampled = state === '1' || state === 'd' || state === 'true';
  return validContext({
    traceId: traceIdOf(traceId),
    spanId,
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(state === 'd' && { traceState: DEBUG }),
    ...(state === undefined && { undecided: true }),
  });
}

function isDenied(headers: HeaderReader): boolean {
  const sampled = headers.header('x-b3-sampled');
  return sampled === '0' || sampled === 'false';
}

/** A decision without ids. */
function denial(): RemoteContext {
  return {
    traceId: newTraceId(),
    spanId: newSpanId(),
    traceFlags: RANDOM_FLAG,
    isRemote: true,
    nameless: true,
  };
}
