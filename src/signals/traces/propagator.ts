import {
  type Context,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import { spanContextIn } from './identity.js';
import type { HeaderFormat } from './propagation/format.js';
import { readerOf } from './propagation/formats.js';

/** Creates what passes traces on for OpenTelemetry's API: written in all formats, read in the first. */
export function createPropagator(formats: readonly HeaderFormat[]): TextMapPropagator {
  const read = readerOf(formats);
  return {
    inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
      const span = spanContextIn(context);
      if (span === undefined) return;
      for (const { write } of formats) {
        write(span, (name, value) => setter.set(carrier, name, value));
      }
    },
    extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
      const parent = read({ header: (name) => joined(getter.get(carrier, name)) });
      return parent === undefined ? context : trace.setSpanContext(context, parent);
    },
    fields: () => formats.flatMap(({ fields }) => fields),
  };
}

/** As HTTP joins a header that is sent twice: two parents are none, two states are one. */
function joined(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}
