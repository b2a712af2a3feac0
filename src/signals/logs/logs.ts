import { type Logger, pino } from 'pino';
import { operationIn, type Scopes } from '../../core/scope.js';
import type { HttpFacts } from '../../model/http.js';
import type { Observer } from '../../model/observer.js';
import { createDestination } from './destination.js';
import { createRequestLine } from './line.js';
import { createLineCounts, type LineCounts } from './line-counts.js';
import { createLogsObserver, requestLineOf } from './observer.js';
import type { LogsOptions } from './options.js';
import { createRaises, type Raises } from './raises.js';
import { createLineRedaction } from './redaction.js';
import type { Writer } from './writer.js';

/** The logs signal. */
export interface Logs {
  readonly logger: Logger;
  /** Absent when requests and other work are not logged. */
  readonly observer: Observer | undefined;
  /** What writes the lines, when that is telltale itself. */
  readonly writer: Writer | undefined;
  readonly counts: LineCounts;
  readonly raises: Raises;
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
    const counts = createLineCounts([logger]);
    const raises = createRaises(logger, () => requestIn(parts.scopes));
    const observer = createLogsObserver(
      logger,
      raises.open,
      requestLineOf(raises.open),
      ratio,
      raises.allows,
    );
    return {
      logger,
      observer: observing ? observer : undefined,
      writer: undefined,
      counts,
      raises,
    };
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
  const counts = createLineCounts([logger, lines]);
  const raises = createRaises(logger, () => requestIn(parts.scopes));
  const requestLine = counts.requestLine(createRequestLine(stream, parts.base));
  const observer = createLogsObserver(logger, lines, requestLine, ratio, raises.allows);
  return { logger, observer: observing ? observer : undefined, writer, counts, raises };
}

/** A logger that writes nothing, for when logs are off. */
export function createSilentLogs(): Logs {
  const logger = pino({ enabled: false });
  const counts = createLineCounts([]);
  return {
    logger,
    observer: undefined,
    writer: undefined,
    counts,
    raises: createRaises(pino({ enabled: false }), () => undefined),
  };
}

function requestIn(scopes: Scopes): HttpFacts | undefined {
  return operationIn(scopes.active())?.request;
}

function contextFields({ scopes, traceFields }: LogsParts): Record<string, string | undefined> {
  return { request_id: requestIn(scopes)?.requestId, ...traceFields() };
}
