import type { ErrorReport } from '../errors/report.js';

/** What is used of an event of Sentry's. */
export interface SentryEvent {
  level?: 'fatal' | 'error' | 'warning' | 'log' | 'info' | 'debug';
  release?: string;
  environment?: string;
  tags?: Record<string, unknown>;
  extra?: Record<string, unknown>;
  user?: Record<string, unknown>;
  contexts?: Record<string, Record<string, unknown> | undefined>;
  fingerprint?: string[];
}

/** Which build an event comes from, where Sentry does not know it itself. */
export interface Build {
  readonly release: string | undefined;
  readonly environment: string | undefined;
}

/** Completes the event that Sentry made of an error with what telltale knows of it. */
export function completed<Event extends SentryEvent>(
  event: Event,
  report: ErrorReport,
  { release, environment }: Build,
): Event {
  const { level, route, method, requestId, user, fingerprint } = report;
  const trace = traceOf(report);
  return Object.assign(event, {
    level: level === 'warn' ? 'warning' : level,
    ...(release !== undefined && { release }),
    ...(environment !== undefined && { environment }),
    tags: {
      ...event.tags,
      ...(route !== undefined && { route }),
      ...(method !== undefined && { method }),
      ...(requestId !== undefined && { request_id: requestId }),
      ...report.tags,
    },
    extra: { ...event.extra, ...report.extra, error_id: report.id },
    ...(user && { user: { ...event.user, ...user } }),
    ...(trace && {
      contexts: { ...event.contexts, trace: { ...event.contexts?.trace, ...trace } },
    }),
    ...(fingerprint !== undefined && { fingerprint: [fingerprint] }),
  });
}

function traceOf({ traceId, spanId }: ErrorReport): Record<string, string> | undefined {
  if (traceId === undefined || spanId === undefined) return undefined;
  return { trace_id: traceId, span_id: spanId };
}
