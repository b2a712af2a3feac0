import type { Logger } from 'pino';
import { redactError, redactSecrets } from '../../core/redact.js';
import type { HttpFacts } from '../../model/http.js';
import type { Observer, Watcher } from '../../model/observer.js';
import type { Operation, OperationType } from '../../model/operation.js';
import { milliseconds, type RequestLine, requestMessage, shorten } from './line.js';
import type { Raises } from './raises.js';

/**
 * Writes one line when an operation ends. Requests are told at a level by their status; other work
 * is worth a line at `debug`, and one at `error` when it failed.
 *
 * @param logger decides by its level whether a line is written.
 * @param lines writes the lines of work; its lines take nothing from the scope they are written in.
 * @param requestLine writes the lines of requests.
 * @param ratio the share of requests without an incident whose lines are written.
 * @param allows says of lines below that level whether they are written all the same.
 */
export function createLogsObserver(
  logger: Logger,
  lines: Logger,
  requestLine: RequestLine,
  ratio: number,
  allows: Raises['allows'],
): Observer {
  return {
    name: 'logs',
    watch: (type) =>
      type.kind === 'server'
        ? requestWatcher(logger, requestLine, ratio, allows)
        : workWatcher(type, logger, lines, allows),
  };
}

const DEBUG = 20;
const INFO = 30;
const WARN = 40;
const ERROR = 50;

function requestWatcher(
  logger: Logger,
  requestLine: RequestLine,
  ratio: number,
  allows: Raises['allows'],
): Watcher {
  return {
    end(operation) {
      const { http } = operation;
      if (http === undefined || !http.logged) return;
      const level = levelOf(http);
      if (level < logger.levelVal && !allows(level, http)) return;
      if (level === INFO && ratio < 1 && Math.random() >= ratio) return;
      requestLine(level, operation, http);
    },
  };
}

function levelOf(http: HttpFacts): number {
  if (http.status >= 500) return ERROR;
  return http.status >= 400 || http.slow ? WARN : INFO;
}

/** Writes request lines through a logger that telltale did not make. */
export function requestLineOf(logger: Logger): RequestLine {
  return function logRequest(level, operation, http) {
    const write = level === ERROR ? 'error' : level === WARN ? 'warn' : 'info';
    logger[write](requestFields(operation, http), requestMessage(http));
  };
}

function requestFields(operation: Operation, http: HttpFacts): Record<string, unknown> {
  return {
    ...idsOf(operation),
    method: http.method,
    route: http.route,
    path: shorten(http.path),
    status: http.status,
    duration_ms: milliseconds(operation.duration),
    client_address: http.clientAddress,
    aborted: http.aborted ? true : undefined,
    slow: http.slow ? true : undefined,
    err: redactError(operation.error),
  };
}

function workWatcher(
  type: OperationType,
  logger: Logger,
  lines: Logger,
  allows: Raises['allows'],
): Watcher {
  return {
    end(operation) {
      const level = operation.outcome === 'error' ? 'error' : 'debug';
      const { request } = operation;
      if (!logger.isLevelEnabled(level) && !allows(level === 'error' ? ERROR : DEBUG, request))
        return;
      lines[level](
        redactSecrets({
          ...idsOf(operation),
          operation: type.name,
          ...operation.labels,
          ...operation.attributes,
          duration_ms: milliseconds(operation.duration),
          outcome: operation.outcome,
          err: operation.error,
        }),
        operation.name,
      );
    },
  };
}

function idsOf({ request, trace }: Operation): Record<string, string | undefined> {
  return { request_id: request?.requestId, trace_id: trace?.traceId, span_id: trace?.spanId };
}
