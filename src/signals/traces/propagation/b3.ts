import { TraceFlags } from '@opentelemetry/api';
import { isSampled } from '../traceparent.js';
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
    set('b3', `${span.traceId}-${span.spanId}-${isSampled(span) ? '1' : '0'}`);
  },
};

/** Zipkin's headers one by one. https://github.com/openzipkin/b3-propagation#multiple-headers */
export const b3multi: HeaderFormat = {
  fields: ['x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-b3-flags'],
  read,
  write(span, set) {
    set('x-b3-traceid', span.traceId);
    set('x-b3-spanid', span.spanId);
    set('x-b3-sampled', isSampled(span) ? '1' : '0');
  },
};

// Who writes one of the two reads both, since nobody knows which the caller was told to write.
function read(headers: HeaderReader): RemoteContext | undefined {
  return readSingle(headers) ?? readMulti(headers);
}

function readSingle(headers: HeaderReader): RemoteContext | undefined {
  const header = headers.header('b3');
  if (header === undefined) return undefined;
  const match = SINGLE.exec(header);
  return match === null ? undefined : contextOf(match[1], match[2], match[3]);
}

function readMulti(headers: HeaderReader): RemoteContext | undefined {
  const traceId = headers.header('x-b3-traceid');
  if (traceId === undefined) return undefined;
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
    ...(state === undefined && { undecided: true }),
  });
}
