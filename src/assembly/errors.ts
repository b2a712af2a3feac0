import { errors as catalog } from '../catalog/errors.js';
import type { Diagnostics } from '../core/diagnostics.js';
import type { Scopes } from '../core/scope.js';
import { createErrors, createSilentErrors, type ErrorCapture } from '../errors/errors.js';
import type { ErrorsOptions } from '../errors/options.js';
import type { Logs } from '../signals/logs/logs.js';
import type { Metrics } from '../signals/metrics/metrics.js';
import type { Traces } from '../signals/traces/traces.js';
import type { Failed } from '../signals/traces/work.js';
import type { Service } from './environment.js';

/** What the errors are told by and tell. */
export interface ErrorOutlets {
  service: Service;
  scopes: Scopes;
  diagnostics: Diagnostics;
  logs: Logs;
  traces: Traces;
  /** Absent when nothing is measured. */
  metrics: Metrics | undefined;
}

/** The errors of a service as the options want them. */
export function buildErrors(
  options: ErrorsOptions | false = {},
  { service, scopes, diagnostics, logs, traces, metrics }: ErrorOutlets,
): ErrorCapture {
  if (options === false) return createSilentErrors();
  const handles = metrics?.use(catalog);
  const { name, version, environment } = service;
  const errors = createErrors(options, {
    service: { name, version, environment },
    scopes,
    diagnostics,
    ids() {
      const fields = traces.fields();
      return { traceId: fields?.trace_id, spanId: fields?.span_id };
    },
    operationLines: logs.observer !== undefined,
    log: (level, fields, message) => logs.logger[level](fields, message),
    count: (type, handled) => handles?.errors.inc({ type, handled: String(handled) }),
  });
  metrics?.onCollect('errors', () => {
    handles?.forgotten.labels({}).reach(errors.forgotten());
    for (const [sink, count] of errors.dropped()) handles?.dropped.labels({ sink }).reach(count);
  });
  return errors;
}

/** Takes note of what `monitoring.trace` sees fail. */
export function tracedFailures(errors: ErrorCapture): Failed {
  return function failed(error, span) {
    const { traceId, spanId } = span.spanContext();
    errors.failed(error, { traceId, spanId });
  };
}
