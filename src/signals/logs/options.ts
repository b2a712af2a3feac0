import type { DestinationStream, LoggerOptions, Logger as PinoLogger } from 'pino';
import type { LogFormat } from './format.js';
import type { Redaction } from './redaction.js';

/** Names of log levels, as pino has them. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** What is logged and where to. */
export interface LogsOptions {
  /**
   * The least severe level that is written.
   *
   * @default LOG_LEVEL, otherwise 'info'
   */
  level?: LogLevel;
  /**
   * How lines are written: `json` is pino's own; `ecs` is Elastic Common Schema; `gcp` is what Google
   * Cloud's agents understand; `pretty` is for people: pino-pretty, where it is installed and lines
   * go to a terminal, and `json` otherwise.
   *
   * @default TELLTALE_LOG_FORMAT, otherwise 'json'
   */
  format?: LogFormat;
  /**
   * A file's path, a file descriptor, or a stream. Files and descriptors are written asynchronously
   * from a buffer of 16 MB: lines that a stuck reader or a full disk keeps from being written are
   * dropped and counted, and the service goes on. A stream may buffer as much of its own; its errors
   * are caught, and lines that it has lost are counted where it says so.
   *
   * @default 1 (standard output)
   */
  destination?: string | number | DestinationStream;
  /**
   * A signal on which a destination that is a path is opened again, for logrotate and its like. A
   * signal that is caught no longer ends the process, which is why none is by default.
   *
   * @default none
   * @example
   * logs: { destination: '/var/log/shop.log', reopenOn: 'SIGHUP' }
   */
  reopenOn?: NodeJS.Signals;
  /**
   * What is replaced by `[redacted]` beside what always is: the values of keys such as `password`,
   * `token`, `cookie` and `authorization` at any depth, users and passwords in URLs, and all of that
   * in the texts of errors. A name is a key at any depth, in any case; a pattern is held against
   * keys; anything with dots or brackets is a path in pino's notation. `false` writes the logger's
   * lines as they are given.
   *
   * @default []
   * @example
   * logs: { redact: ['iban', /^x-.*-signature$/, 'customer.name'] }
   */
  redact?: Redaction;
  /**
   * A pino logger of your own, since pino 8, which keeps its level, options and destination. From
   * start to shutdown its lines, and those of its children, carry what telltale's own do; and secrets
   * are redacted by key, but for the bindings that a child was made with.
   *
   * @default a new one
   */
  logger?: PinoLogger;
  /**
   * Any of pino's own options for the new logger. They add to telltale's: `base` to the fields of
   * every line, `mixin` and `formatters.log` to what a line has by itself. The lines of requests have
   * their effect as well.
   *
   * @default {}
   * @throws TelltaleError when one would undo another, such as `transport` beside `destination`.
   * @example
   * logs: { pino: { timestamp: pino.stdTimeFunctions.isoTime, messageKey: 'message' } }
   */
  pino?: LoggerOptions;
  /**
   * Whether each request is one line; or of which share of them the line is written, from 0 to 1.
   * Requests that fail (status 400 and above) or are slow are always written.
   *
   * @default true
   */
  requests?: boolean | { sampleRatio: number };
}
