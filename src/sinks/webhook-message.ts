import type { DescribedError } from '../core/described-error.js';
import type { ErrorReport } from '../errors/report.js';

/** What a message says of an error. What was thrown is not in it: it may hold half the service. */
export type Shown = Omit<ErrorReport, 'error'>;

/** An error, and how many of its group it stands for. */
export interface Told {
  readonly report: Shown;
  readonly count: number;
}

/** The body of a message, as JSON. */
export function messageOf(told: readonly Told[]): string {
  return JSON.stringify({ errors: told.map(entryOf) });
}

function entryOf({ report, count }: Told): unknown {
  const { group, service, described } = report;
  return {
    id: report.id,
    time: new Date(report.time).toISOString(),
    ...errorOf(described),
    level: report.level,
    handled: report.handled,
    origin: report.origin,
    route: report.route,
    method: report.method,
    request_id: report.requestId,
    trace_id: report.traceId,
    span_id: report.spanId,
    tags: report.tags,
    extra: report.extra,
    user: report.user,
    service: service.name,
    version: service.version,
    environment: service.environment,
    count,
    group: {
      fingerprint: group.fingerprint,
      count: group.count,
      first_seen: new Date(group.firstSeen).toISOString(),
      last_seen: new Date(group.lastSeen).toISOString(),
      route: group.route,
      trace_id: group.traceId,
      handled: group.handled,
    },
  };
}

function errorOf({ type, message, stack, fields, cause, errors }: DescribedError): object {
  return {
    type,
    message,
    stack,
    fields,
    cause: cause && errorOf(cause),
    errors: errors?.map(errorOf),
  };
}
