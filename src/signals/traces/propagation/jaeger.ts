import { TraceFlags } from '@opentelemetry/api';
import { isSampled } from '../traceparent.js';
import type { HeaderFormat } from './format.js';
import { traceIdOf, validContext } from './ids.js';

const HEADER = 'uber-trace-id';
const SHAPE = /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):[0-9a-f]{1,16}:([0-9a-f]{1,2})$/i;

/** https://www.jaegertracing.io/docs/1.76/client-libraries/#propagation-format */
export const jaeger: HeaderFormat = {
  fields: [HEADER],
  read(headers) {
    const header = headers.header(HEADER);
    if (header === undefined) return undefined;
    // Some of Jaeger's clients escape the colons.
    const match = SHAPE.exec(header.replaceAll(/%3a/gi, ':'));
    if (match === null) return undefined;
    const [, traceId = '', spanId = '', flags = ''] = match;
    return validContext({
      traceId: traceIdOf(traceId.toLowerCase()),
      spanId: spanId.toLowerCase().padStart(16, '0'),
      traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
      isRemote: true,
    });
  },
  write(span, set) {
    set(HEADER, `${span.traceId}:${span.spanId}:0:${isSampled(span) ? '1' : '0'}`);
  },
};
