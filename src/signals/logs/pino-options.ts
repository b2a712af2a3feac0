import {
  type DestinationStream,
  type Logger,
  type LoggerOptions,
  pino,
  stdSerializers,
} from 'pino';
import type { Fields } from '../../core/bind.js';
import { REDACTED } from '../../core/redact-url.js';
import { TelltaleError } from '../../model/errors.js';
import type { Format } from './format.js';
import type { LogsOptions } from './options.js';
import type { LineRedaction } from './redaction.js';
import type { Serialize } from './serializers.js';

/** pino's default for what errors are logged under. */
export const ERROR_KEY = 'err';

/** What is written of an error: by the user's serializer, or else pino's own. */
export function errorSerializer(options: LogsOptions): Serialize {
  return options.pino?.serializers?.err ?? (stdSerializers.err as Serialize);
}

/**
 * pino's options: the user's, the format's and telltale's in one. The user's formatter of fields
 * comes first, so that what it adds is redacted and named like the rest.
 */
export function pinoOptions(
  options: LogsOptions,
  format: Format,
  redaction: LineRedaction,
): LoggerOptions {
  const { transport: _, ...given } = options.pino ?? {};
  if (typeof given.timestamp === 'function') refuseOddTime(given.timestamp);
  const { settings } = format;
  const base = given.base === null ? null : { ...format.base, ...given.base };
  const { log: first, ...formatters } = given.formatters ?? {};
  const own: LoggerOptions = {
    ...given,
    ...settings,
    level: options.pino?.level ?? options.level ?? 'info',
    base,
    formatters: {
      ...formatters,
      ...settings.formatters,
      bindings: chain(formatters.bindings, settings.formatters?.bindings),
    },
    redact: redactOf(options, redaction),
  };
  return redaction.settings(own, first as ((fields: object) => object) | undefined);
}

function refuseOddTime(timestamp: () => string): void {
  const time = String(taking('logs.pino.timestamp', timestamp));
  const expected = 'a function that gives a member of a line, such as \',"time":1\'';
  parseOption('logs.pino.timestamp', expected, time, '{"level":30 ', '}');
}

/**
 * Reads what an option gives as JSON.
 *
 * @throws TelltaleError when it is none.
 */
export function parseOption(
  option: string,
  expected: string,
  given: string,
  before = '',
  after = '',
): object {
  try {
    return JSON.parse(before + given + after);
  } catch {
    const text = `option ${option}: expected ${expected}, got '${given.slice(0, 100)}'`;
    throw new TelltaleError('TELLTALE_INVALID_OPTION', text);
  }
}

/** Creates a pino logger. */
export function newPino(options: LoggerOptions, stream: DestinationStream): Logger {
  return taking('logs.pino', () => pino(options, stream));
}

/**
 * Makes something of an option.
 *
 * @throws TelltaleError with pino's own words, or the user's, on what cannot be taken.
 */
export function taking<T>(option: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TelltaleError('TELLTALE_INVALID_OPTION', `option ${option}: ${reason}`);
  }
}

type Formatter = (fields: Fields) => object;

function chain(...formatters: (Formatter | undefined)[]): (fields: Fields) => Fields {
  const present = formatters.filter((one) => one !== undefined);
  const [only] = present;
  if (only !== undefined && present.length === 1) return only as (fields: Fields) => Fields;
  return (fields) => present.reduce((sofar, formatter) => formatter(sofar) as Fields, fields);
}

/** The paths that are hidden, the user's and those of `logs.redact`. */
function redactOf({ pino = {} }: LogsOptions, redaction: LineRedaction): LoggerOptions['redact'] {
  const own = Array.isArray(pino.redact) ? { paths: pino.redact } : pino.redact;
  const paths = [...redaction.paths, ...(own?.paths ?? [])];
  return paths.length === 0 ? undefined : { censor: REDACTED, ...own, paths };
}

/** The options of pino's that a line put together from text has the effect of. */
const HONOURED: ReadonlySet<string> = new Set([
  'base',
  'crlf',
  'customLevels',
  'depthLimit',
  'edgeLimit',
  'enabled',
  'errorKey',
  'formatters',
  'level',
  'messageKey',
  'name',
  'onChild',
  'redact',
  'serializers',
  'timestamp',
  'transport',
]);

const FORMATTERS: ReadonlySet<string> = new Set(['level', 'bindings']);

/**
 * Whether request lines can be put together from text, or are to go through pino because an option
 * may change any of their fields.
 */
export function canBeText(
  options: LogsOptions,
  names: readonly string[],
  redaction: LineRedaction,
): boolean {
  const given = options.pino ?? {};
  const { serializers = {}, formatters = {} } = given;
  const paths = redactOf(options, redaction);
  const firsts = Array.isArray(paths) ? [] : (paths?.paths ?? []).map(firstKeyOf);
  return (
    Object.entries(given).every(([key, value]) => value === undefined || HONOURED.has(key)) &&
    Object.keys(formatters).every((key) => FORMATTERS.has(key)) &&
    !names.some((name) => name in serializers || redaction.hides(name)) &&
    !firsts.some((key) => key === '*' || names.includes(key))
  );
}

/** Of a path in pino's notation: `a.b`, `a[0]`, `["a-b"].c`. */
function firstKeyOf(path: string): string {
  const [, quoted, plain] = /^(?:\[["'`](.*?)["'`]\]|([^.[\]]+))/.exec(path) ?? [];
  return quoted ?? plain ?? '*';
}
