import { b3, b3multi } from './b3.js';
import type { HeaderFormat, HeaderReader, RemoteContext } from './format.js';
import { jaeger } from './jaeger.js';
import { w3c } from './w3c.js';

/** The formats by the names that OTEL_PROPAGATORS has for them. */
export const FORMATS = { tracecontext: w3c, b3, b3multi, jaeger } as const satisfies Record<
  string,
  HeaderFormat
>;

/** A format of headers in which traces are passed on. */
export type PropagatorName = keyof typeof FORMATS;

/** The formats of these names, each once. */
export function formatsOf(names: readonly PropagatorName[]): readonly HeaderFormat[] {
  return Array.from(new Set(names), (name) => FORMATS[name]);
}

/** Reads the caller's span in the first format that names one. */
export function readerOf(
  formats: readonly HeaderFormat[],
): (headers: HeaderReader) => RemoteContext | undefined {
  const [first] = formats;
  if (first === undefined) return () => undefined;
  if (formats.length === 1) return first.read;
  return function readFirst(headers) {
    let nameless: RemoteContext | undefined;
    for (const format of formats) {
      const context = format.read(headers);
      if (context !== undefined && !context.nameless) return context;
      nameless ??= context;
    }
    return nameless;
  };
}
