import { randomUUID } from 'node:crypto';
import { boundTo } from '../core/bind.js';
import { describeError, errorFrom } from '../core/described-error.js';
import type { Diagnostics } from '../core/diagnostics.js';
import { UNMATCHED } from '../model/http.js';
import type { Operation } from '../model/operation.js';
import { readContext } from './context.js';
import type { Delivery } from './delivery.js';
import { fingerprintFrom, fingerprintOf } from './fingerprint.js';
import type { Groups } from './groups.js';
import { createPropagation } from './propagation.js';
import type { ErrorContext, ErrorLevel, ErrorOrigin, ErrorReport, ErrorService } from './report.js';

/** An error that somebody has met. */
export interface Met {
  readonly error: unknown;
  readonly origin: ErrorOrigin;
  readonly context: ErrorContext;
  /** The operation in which it was met. */
  readonly operation: Operation | undefined;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  /** Whether another line tells of it. */
  readonly logged: boolean;
}

/** What capturing needs from the rest of the service. */
export interface CaptureParts {
  readonly groups: Groups;
  readonly delivery: Delivery;
  readonly diagnostics: Diagnostics;
  readonly service: ErrorService;
  log(level: ErrorLevel, fields: Record<string, unknown>, message: string): void;
  count(type: string, handled: boolean): void;
}

/** Takes an error to everybody who is to know; gives its id. Never throws. */
export type Capture = (met: Met) => string;

/** Creates what all errors of one Monitoring go through. */
export function createCapture(parts: CaptureParts): Capture {
  const { groups, delivery, diagnostics, service, log, count } = parts;
  const propagation = createPropagation();

  function capture(met: Met): string {
    const { error, origin, operation } = met;
    const id = randomUUID();
    const known = propagation.first(error, { operation, ends: ENDS.has(origin) }, id);
    if (known !== undefined && !UNCAUGHT.has(origin)) return known;
    const report = reportOf(met, known ?? id, known === undefined);
    if (known === undefined) {
      count(report.described.type, report.handled);
      delivery.hand(report);
    }
    if (!met.logged) log(report.level, lineOf(report), MESSAGES[origin]);
    return report.id;
  }

  function reportOf(met: Met, id: string, isNew: boolean): ErrorReport {
    const { error, origin, operation, traceId, spanId } = met;
    const { fingerprint: given, route: named, ...context } = readContext(met.context);
    const time = Date.now();
    const described = describeError(error);
    const { type, message, stack } = described;
    const fingerprint = given === undefined ? fingerprintOf(described) : fingerprintFrom(given);
    const request = operation?.request;
    const route = named ?? (request?.route === UNMATCHED ? undefined : request?.route);
    const seen = {
      fingerprint,
      type,
      message,
      stack,
      time,
      route,
      traceId,
      sampled: operation?.trace?.sampled === true,
      handled: context.handled,
    };
    return Object.freeze({
      id,
      time,
      error,
      described,
      origin,
      ...userOf(operation),
      ...context,
      ...(route !== undefined && { route }),
      ...(request && { method: request.method, requestId: request.requestId }),
      ...(traceId !== undefined && { traceId }),
      ...(spanId !== undefined && { spanId }),
      ...(given !== undefined && { fingerprint: given }),
      service,
      group: (isNew ? undefined : groups.find(fingerprint)) ?? groups.add(seen),
    });
  }

  return function captureSafely(met) {
    try {
      return capture(met);
    } catch (error) {
      diagnostics.caught('errors', error);
      return '';
    }
  };
}

const UNCAUGHT: ReadonlySet<ErrorOrigin> = new Set(['uncaughtException', 'unhandledRejection']);

/** Of what an operation ended with, or nobody caught on its way out of one. */
const ENDS: ReadonlySet<ErrorOrigin> = new Set([...UNCAUGHT, 'request', 'operation']);

/** Who is served, where `bind({ user_id })` has said so. */
function userOf(operation: Operation | undefined): Pick<ErrorReport, 'user'> {
  const id = boundTo(operation)?.user_id;
  return id === undefined ? {} : { user: { id } };
}

const MESSAGES: Readonly<Record<ErrorOrigin, string>> = {
  captureError: 'error captured',
  request: 'error in a request',
  operation: 'error in work',
  trace: 'error in work',
  uncaughtException: 'uncaught exception',
  unhandledRejection: 'unhandled rejection',
};

function lineOf(report: ErrorReport): Record<string, unknown> {
  const { tags, extra, user, route } = report;
  return {
    request_id: report.requestId,
    trace_id: report.traceId,
    span_id: report.spanId,
    error_id: report.id,
    error_group: report.group.fingerprint,
    handled: report.handled,
    route,
    tags,
    extra,
    user,
    err: errorFrom(report.described),
  };
}
