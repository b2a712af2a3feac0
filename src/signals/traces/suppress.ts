import { type Context, context, ROOT_CONTEXT } from '@opentelemetry/api';

// The key by which OpenTelemetry's exporters keep their own requests out of traces.
const SUPPRESSED = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

const SILENT = ROOT_CONTEXT.setValue(SUPPRESSED, true);

/** Whether what happens in this context is not to be traced. */
export function isSuppressed(current: Context): boolean {
  return current.getValue(SUPPRESSED) === true;
}

/** Runs `fn` outside of every trace, as what sends traces must be. */
export function untraced<T>(fn: () => T): T {
  return context.with(SILENT, fn);
}
