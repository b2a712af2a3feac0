import type { Logger } from 'pino';
import { boundTo } from '../../core/bind.js';
import { redactSecrets } from '../../core/redact.js';
import type { HttpFacts } from '../../model/http.js';
import type { Observer, Watcher } from '../../model/observer.js';
import type { OperationType } from '../../model/operation.js';
import type { Format, RequestLine } from './format.js';
import { placeOf, without } from './lines.js';
import type { Raises } from './raises.js';

/** What the lines of operations are written by. */
export interface ObserverParts {
  /** Decides by its level whether a line is written. */
  readonly logger: Logger;
  /** Whether the line of a request is too unimportant for it. */
  isOff(level: number, http: HttpFacts): boolean;
  /** Says of lines below its level whether they are written all the same. */
  readonly allows: Raises['allows'];
  /** Writes the lines of work; its lines take nothing from the scope they are written in. */
  readonly lines: Logger;
  readonly format: Format;
  /** Names that bound fields cannot have. */
  readonly taken: ReadonlySet<string>;
  /** Writes the lines of requests. */
  readonly requestLine: RequestLine;
}

/**
 * Writes one line when an operation ends. Requests are told at a level by their status; other work
 * is worth a line at `debug`, and one at `error` when it failed.
 *
 * @param ratio the share of requests without an incident whose lines are written.
 */
export function createLogsObserver(parts: ObserverParts, ratio: number): Observer {
  return {
    name: 'logs',
    watch: (type) =>
      type.kind === 'server' ? requestWatcher(parts, ratio) : workWatcher(type, parts),
  };
}

const DEBUG = 20;
const INFO = 30;
const WARN = 40;
const ERROR = 50;

function requestWatcher({ isOff, requestLine }: ObserverParts, ratio: number): Watcher {
  return {
    end(operation) {
      const { http } = operation;
      if (http === undefined || !http.logged) return;
      const level = levelOf(http);
      if (isOff(level, http) || (level === INFO && ratio < 1 && Math.random() >= ratio)) return;
      requestLine(level, operation, http);
    },
  };
}

function levelOf(http: HttpFacts): number {
  if (http.status >= 500) return ERROR;
  return http.status >= 400 || http.slow ? WARN : INFO;
}

function workWatcher(
  type: OperationType,
  { logger, lines, format, taken, allows }: ObserverParts,
): Watcher {
  return {
    end(operation) {
      const level = operation.outcome === 'error' ? 'error' : 'debug';
      const value = level === 'error' ? ERROR : DEBUG;
      if (!logger.isLevelEnabled(level) && !allows(value, operation.request)) return;
      lines[level](
        redactSecrets({
          ...without(taken, boundTo(operation) ?? {}),
          ...format.place(placeOf(operation)),
          operation: type.name,
          ...operation.labels,
          ...operation.attributes,
          ...format.work(operation),
        }),
        operation.name,
      );
    },
  };
}
