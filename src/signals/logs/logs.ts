import { type Logger, pino } from 'pino';
import { operationIn, type Scopes } from '../../core/scope.js';
import type { Observer } from '../../model/observer.js';
import { createDestination } from './destination.js';
import { createRequestLine } from './line.js';
import { createLogsObserver, requestLineOf } from './observer.js';
import type { LogsOptions } from './options.js';
import { createLineRedaction } from './redaction.js';
import type { Writer } from './writer.js';

/** The logs signal. */
export interface Logs {
  readonly logger: Logger;
  /** Absent when requests and other work are not logged. */
  readonly observer: Observer | undefined;
  /** What writes the lines, when that is telltale itself. */
  readonly writer: Writer | undefined;
}

/** What the logs signal needs from the rest of the service. */
export interface LogsParts {
  /** Fields of every line. */
  base: Record<string, unknown>;
  scopes: Scopes;
  /** The ids of the active span, as log fields, where there is a trace. */
  traceFields: () => { trace_id: string; span_id: string } | undefined;
  failed: (error: unknown) => void;
}

/** Creates the logs of one Monitoring. */
export function createLogs(options: LogsOptions, parts: LogsParts): Logs {
  const { requests = true } = options;
  const ratio = typeof requests === 'object' ? requests.sampleRatio : 1;
  const observing = requests !== false;
  if (options.logger !== undefined) {
    const { logger } = options;
    const observer = createLogsObserver(logger, logger, requestLineOf(logger), ratio);
    return { logger, observer: observing ? observer : undefined, writer: undefined };
  }
  const destination = createDestination(options.destination ?? 1, parts.failed);
  const { stream, writer } = destination;
  const redaction = createLineRedaction(options.redact);
  const settings = redaction.settings({ base: parts.base });
  const level = options.level ?? 'info';
  const logger = pino({ ...settings, level, mixin: () => contextFields(parts) }, stream);
  redaction.watch(logger);
  // The line of an operation names its ids itself; it must not take those of whatever runs then.
  const lines = pino({ ...settings, level: 'trace' }, stream);
  const observer = createLogsObserver(logger, lines, createRequestLine(stream, parts.base), ratio);
  return { logger, observer: observing ? observer : undefined, writer };
}

/** A logger that writes nothing, for when logs are off. */
export function createSilentLogs(): Logs {
  return { logger: pino({ enabled: false }), observer: undefined, writer: undefined };
}

function contextFields({ scopes, traceFields }: LogsParts): Record<string, string | undefined> {
  return { request_id: operationIn(scopes.active())?.request?.requestId, ...traceFields() };
}
