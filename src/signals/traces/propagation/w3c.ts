import { formatTraceparent, parseTraceparent } from '../traceparent.js';
import { traceStateOf } from '../tracestate.js';
import type { HeaderFormat } from './format.js';

/** https://www.w3.org/TR/trace-context-2/ */
export const w3c: HeaderFormat = {
  fields: ['traceparent', 'tracestate'],
  read(headers) {
    const parent = parseTraceparent(headers.header('traceparent'));
    if (parent === undefined) return undefined;
    const state = headers.header('tracestate');
    if (state) parent.traceState = traceStateOf(state);
    return parent;
  },
  write(span, set) {
    set('traceparent', formatTraceparent(span));
    const state = span.traceState?.serialize();
    if (state) set('tracestate', state);
  },
};
