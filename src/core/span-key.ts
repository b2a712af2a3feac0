import { type Context, INVALID_SPAN_CONTEXT, trace } from '@opentelemetry/api';

/**
 * The key under which OpenTelemetry keeps the active span in a context. The API does not export
 * it, so it is read off the one call that writes it.
 */
export const SPAN: symbol = readSpanKey();

function readSpanKey(): symbol {
  let found: symbol | undefined;
  const probe: Context = {
    getValue: () => undefined,
    setValue(key) {
      found = key;
      return probe;
    },
    deleteValue: () => probe,
  };
  trace.setSpanContext(probe, INVALID_SPAN_CONTEXT);
  if (found === undefined) throw new Error('@opentelemetry/api stores its span in an unknown way');
  return found;
}
