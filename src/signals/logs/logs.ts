import { type Logger, pino } from 'pino';
import { operationIn } from '../../core/scope.js';
import type { HttpFacts } from '../../model/http.js';
import type { Observer } from '../../model/observer.js';
import { type ContextParts, createContextFields } from './context.js';
import { createDestination, type Destination } from './destination.js';
import { enrich, ownMixin, unenriched } from './enrich.js';
import { createFormat, type Format, type LoggedService } from './format.js';
import { createLineCounts, type LineCounts } from './line-counts.js';
import { loggedLine, nameOf, namesOf, textLine } from './lines.js';
import { createLogsObserver, type ObserverParts } from './observer.js';
import type { LogsOptions } from './options.js';
import { canBeText, ERROR_KEY, errorSerializer, newPino, pinoOptions } from './pino-options.js';
import { isTerminal, prettyDestination } from './pretty.js';
import { createRaises, openLogger, type Raises } from './raises.js';
import { createLineRedaction } from './redaction.js';
import { createRequestLoggers, type RequestLoggers } from './request-logger.js';
import { transportDestination } from './transport.js';
import type { Writer } from './writer.js';

/** The logs signal. */
export interface Logs {
  readonly logger: Logger;
  /** The loggers of requests: `req.log`. */
  readonly ofRequest: RequestLoggers;
  /** Absent when requests and other work are not logged. */
  readonly observer: Observer | undefined;
  /** What writes the lines, when that is telltale itself. */
  readonly writer: Writer | undefined;
  readonly counts: LineCounts;
  readonly raises: Raises;
  /** Enriches a logger that is the user's own. Returns what takes it back. */
  join(): () => void;
}

/** What the logs signal needs from the rest of the service. */
export interface LogsParts extends ContextParts {
  service: LoggedService;
  failed: (error: unknown) => void;
}

/** Creates the logs of one Monitoring. */
export function createLogs(options: LogsOptions, parts: LogsParts): Logs {
  return options.logger === undefined
    ? createOwnLogs(options, parts)
    : createGivenLogs(options.logger, options, parts);
}

function createOwnLogs(options: LogsOptions, parts: LogsParts): Logs {
  const { stream, writer } = destinationOf(options, parts.failed);
  const errorKey = options.pino?.errorKey ?? ERROR_KEY;
  const redaction = createLineRedaction(options.redact);
  const format = createFormat(options.format ?? 'json', {
    service: parts.service,
    errorKey,
    serializeError: redaction.serializer(errorSerializer(options)),
  });
  const settings = pinoOptions(options, format, redaction);
  const mixin = options.pino?.mixin;
  // The line of an operation names its ids itself; it must not take those of whatever runs then.
  const lines = newPino({ ...settings, level: 'trace', levelComparison: () => true }, stream);
  const common = namesOf(lines);
  const taken = new Set([...common, ...format.requestKeys]);
  const contextFields = createContextFields(parts, format, common);
  const logger = newPino(
    {
      ...settings,
      mixin: mixin
        ? (fields, level, caller) => ({ ...mixin(fields, level, caller), ...contextFields() })
        : () => contextFields(),
    },
    stream,
  );
  redaction.watch(logger);
  const isText = canBeText(options, format.requestKeys, redaction);
  const counts = createLineCounts([logger, lines]);
  const raises = createRaises(logger, () => requestIn(parts));
  const { allows } = raises;
  return {
    logger,
    counts,
    raises,
    ofRequest: createRequestLoggers(contextFields, () => mixin),
    observer: observerOf(options, {
      logger,
      lines,
      format,
      taken,
      allows,
      ...(isText
        ? {
            isOff: (level: number, http: HttpFacts) =>
              level < logger.levelVal && !allows(level, http),
            requestLine: counts.requestLine(textLine(lines, stream, format, taken)),
          }
        : throughPino(logger, lines, format, taken, allows)),
    }),
    writer,
    join: () => () => {},
  };
}

function createGivenLogs(logger: Logger, options: LogsOptions, parts: LogsParts): Logs {
  const format = createFormat('json', {
    service: parts.service,
    errorKey: ERROR_KEY,
    serializeError: pino.stdSerializers.err,
  });
  const lines = openLogger(unenriched(logger));
  const common = new Set([...GIVEN_NAMES, ...boundNames(logger)]);
  const taken = new Set([...common, ...format.requestKeys]);
  const contextFields = createContextFields(parts, format, common);
  const raises = createRaises(logger, () => requestIn(parts));
  const { allows } = raises;
  return {
    logger,
    counts: createLineCounts([logger], true),
    raises,
    ofRequest: createRequestLoggers(contextFields, () => ownMixin(logger)),
    observer: observerOf(options, {
      logger,
      lines,
      format,
      taken,
      allows,
      ...throughPino(logger, lines, format, taken, allows),
    }),
    writer: undefined,
    join: () => enrich(logger, contextFields),
  };
}

/** Request lines whose levels may have other numbers than pino's. */
function throughPino(
  logger: Logger,
  lines: Logger,
  format: Format,
  taken: ReadonlySet<string>,
  allows: Raises['allows'],
): Pick<ObserverParts, 'isOff' | 'requestLine'> {
  return {
    isOff: (level, http) => !logger.isLevelEnabled(nameOf(level)) && !allows(level, http),
    requestLine: loggedLine(lines, format, taken),
  };
}

function requestIn({ scopes }: ContextParts): HttpFacts | undefined {
  return operationIn(scopes.active())?.request;
}

/** Lines of a logger of the user's have these, whatever its bindings. */
const GIVEN_NAMES = ['level', 'time', 'pid', 'hostname', 'name', 'msg', ERROR_KEY];

function boundNames(logger: Logger): string[] {
  return typeof logger.bindings === 'function' ? Object.keys(logger.bindings()) : [];
}

function observerOf({ requests = true }: LogsOptions, parts: ObserverParts): Observer | undefined {
  if (requests === false) return undefined;
  return createLogsObserver(parts, typeof requests === 'object' ? requests.sampleRatio : 1);
}

/** Where lines go. */
function destinationOf(options: LogsOptions, failed: (error: unknown) => void): Destination {
  const transport = options.pino?.transport;
  if (transport !== undefined) return transportDestination(transport, options.pino, failed);
  const target = options.destination ?? STANDARD_OUTPUT;
  const destination = createDestination(target, failed);
  return options.format === 'pretty' && isTerminal(target)
    ? prettyDestination(destination, options.pino)
    : destination;
}

const STANDARD_OUTPUT = 1;

/** A logger that writes nothing, for when logs are off. */
export function createSilentLogs(): Logs {
  return {
    logger: silentPino(),
    counts: createLineCounts([]),
    raises: createRaises(silentPino(), () => undefined),
    ofRequest: (logger) => logger,
    observer: undefined,
    writer: undefined,
    join: () => () => {},
  };
}

// Without a stream it would open standard output, and listen for the end of the process.
const silentPino = () => pino({ enabled: false }, { write() {} });
