import {
  type Context,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import { spanContextIn } from './identity.js';
import { formatTraceparent, parseTraceparent } from './traceparent.js';
import { traceStateOf } from './tracestate.js';

/** The caller's span as its W3C headers name it; undefined when they name none. */
export function remoteSpanContext(
  traceparent: string | undefined,
  tracestate: string | undefined,
): SpanContext | undefined {
  const parent = parseTraceparent(traceparent);
  if (parent !== undefined && tracestate) parent.traceState = traceStateOf(tracestate);
  return parent;
}

/** Passes the trace on in W3C's `traceparent` and `tracestate` headers. */
export const w3cPropagator: TextMapPropagator = {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const span = spanContextIn(context);
    if (span === undefined) return;
    setter.set(carrier, 'traceparent', formatTraceparent(span));
    const state = span.traceState?.serialize();
    if (state) setter.set(carrier, 'tracestate', state);
  },
  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const parent = remoteSpanContext(
      joined(getter.get(carrier, 'traceparent')),
      joined(getter.get(carrier, 'tracestate')),
    );
    return parent === undefined ? context : trace.setSpanContext(context, parent);
  },
  fields: () => ['traceparent', 'tracestate'],
};

/** As HTTP joins a header that is sent twice: two parents are none, two states are one. */
function joined(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}
