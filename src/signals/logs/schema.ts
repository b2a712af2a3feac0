import type { DestinationStream, Logger, LoggerOptions } from 'pino';
import { isSignal } from '../../core/schema.js';
import { only, ratio, shape, v } from '../../core/validate.js';
import { LOG_FORMATS } from './format.js';
import type { LogLevel, LogsOptions } from './options.js';
import type { Redaction } from './redaction.js';

/** From least to most severe; `silent` writes nothing. */
export const LEVELS: readonly LogLevel[] = [
  'trace',
  'debug',
  'info',
  'warn',
  'error',
  'fatal',
  'silent',
];

/** Holds {@link LogsOptions}. */
export const logsSchema: v.GenericSchema<LogsOptions> = shape({
  level: v.optional(v.picklist(LEVELS, `expected one of ${LEVELS.join(', ')}`)),
  format: v.optional(v.picklist(LOG_FORMATS, `expected one of ${LOG_FORMATS.join(', ')}`)),
  pino: v.optional(only<LoggerOptions>(isPlain, "an object of pino's options")),
  destination: v.optional(
    only<string | number | DestinationStream>(
      isDestination,
      "a file's path, a file descriptor or a stream",
    ),
  ),
  reopenOn: v.optional(
    only<NodeJS.Signals>(isSignal, 'a signal that can be caught, such as "SIGHUP"'),
  ),
  redact: v.optional(only<Redaction>(isRedaction, 'false, or a list of keys, patterns and paths')),
  logger: v.optional(only<Logger>(isLogger, 'a pino logger')),
  requests: v.optional(
    v.lazy((input) =>
      typeof input === 'object'
        ? shape({ sampleRatio: ratio })
        : v.boolean('expected true, false or { sampleRatio }'),
    ),
  ),
});

function isDestination(value: unknown): boolean {
  if (typeof value === 'string') return value !== '';
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0;
  return typeof (value as Partial<DestinationStream> | null)?.write === 'function';
}

function isRedaction(value: unknown): boolean {
  if (value === false) return true;
  return (
    Array.isArray(value) &&
    value.every((one) => one instanceof RegExp || (typeof one === 'string' && one !== ''))
  );
}

function isLogger(value: unknown): boolean {
  const logger = value as Partial<Logger> | null;
  const methods = ['child', 'isLevelEnabled', 'debug', 'info', 'warn', 'error'] as const;
  const isLike = methods.every((name) => typeof logger?.[name] === 'function');
  return isLike && typeof logger?.levels?.values === 'object';
}

function isPlain(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
