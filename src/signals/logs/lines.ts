import { type DestinationStream, type Logger, pino } from 'pino';
import type { Fields } from '../../core/bind.js';
import { redactSecrets } from '../../core/redact.js';
import type { Operation } from '../../model/operation.js';
import { fieldTexts } from './field-texts.js';
import type { Format, Place, RequestLine } from './format.js';
import { parseOption } from './pino-options.js';
import { requestMessage } from './text.js';

/** Where an operation's own line was written: in that operation, whatever is current then. */
export function placeOf({ request, trace }: Operation): Place {
  return {
    requestId: request?.requestId,
    traceId: trace?.traceId,
    spanId: trace?.spanId,
    sampled: trace?.sampled,
  };
}

/**
 * Writes request lines through a logger.
 *
 * @param taken names that bound fields cannot have.
 */
export function loggedLine(
  logger: Logger,
  format: Format,
  taken: ReadonlySet<string>,
): RequestLine {
  return function logRequest(level, operation, http) {
    const fields = {
      ...(operation.bound && without(taken, operation.bound)),
      ...format.place(placeOf(operation)),
      ...format.request(operation, http),
    };
    logger[nameOf(level)](redactSecrets(fields), requestMessage(http));
  };
}

/** pino's name of one of the levels of request lines. */
export function nameOf(level: number): 'info' | 'warn' | 'error' {
  if (level >= 50) return 'error';
  return level >= 40 ? 'warn' : 'info';
}

/** Writes request lines as text, with what pino has worked out for its own lines. */
export function textLine(
  logger: Logger,
  stream: DestinationStream,
  format: Format,
  taken: ReadonlySet<string>,
): RequestLine {
  const { lsCacheSym, timeSym, chindingsSym, endSym, messageKeySym } = pino.symbols;
  const own = logger as unknown as Record<symbol, unknown>;
  const heads = own[lsCacheSym] as Readonly<Record<number, string>>;
  const time = own[timeSym] as () => string;
  const shared = own[chindingsSym] as string;
  const asks = pino.symbols.needsMetadataGsym in stream;
  return format.requestLine({
    stream,
    open(level) {
      // pino.multistream and its like choose by it where the line goes.
      if (asks) (stream as { lastLevel?: number }).lastLevel = level;
      return heads[level] + time() + shared;
    },
    close: own[endSym] as string,
    messageKey: own[messageKeySym] as string,
    ...fieldTexts(logger, (bound) => without(taken, bound)),
  });
}

/**
 * The names that lines of this logger have anyway: a name must not stand in a line twice.
 *
 * @throws TelltaleError when its lines are no JSON.
 */
export function namesOf(logger: Logger): Set<string> {
  const { lsCacheSym, timeSym, chindingsSym, messageKeySym, errorKeySym } = pino.symbols;
  const own = logger as unknown as Record<symbol, unknown>;
  const [head] = Object.values(own[lsCacheSym] as Readonly<Record<number, string>>);
  const time = own[timeSym] as () => string;
  const line = `${head}${time()}${own[chindingsSym]}}`;
  const common = parseOption('logs.pino', 'lines of JSON', line);
  return new Set([...Object.keys(common), String(own[messageKeySym]), String(own[errorKeySym])]);
}

/** Fields but those of certain names. */
export function without(taken: ReadonlySet<string>, fields: Readonly<Fields>): Fields {
  const left: Fields = Object.create(null);
  for (const key of Object.keys(fields)) if (!taken.has(key)) left[key] = fields[key];
  return left;
}
