import {
  type Context,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { spanContextIn } from './identity.js';
import { formatTraceparent, remoteSpanContext } from './traceparent.js';

/** Passes the trace on in W3C's `traceparent` and `tracestate` headers. */
export const w3cPropagator: TextMapPropagator = {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const span = spanContextIn(context);
    if (span === undefined) return;
    const sampled = (span.traceFlags & TraceFlags.SAMPLED) === TraceFlags.SAMPLED;
    setter.set(carrier, 'traceparent', formatTraceparent(span.traceId, span.spanId, sampled));
    if (span.traceState !== undefined)
      setter.set(carrier, 'tracestate', span.traceState.serialize());
  },
  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const state = getter.get(carrier, 'tracestate');
    const parent = remoteSpanContext(
      single(getter.get(carrier, 'traceparent')),
      state === undefined ? undefined : String(state),
    );
    return parent === undefined ? context : trace.setSpanContext(context, parent);
  },
  fields: () => ['traceparent', 'tracestate'],
};

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
