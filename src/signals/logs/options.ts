import type { DestinationStream, Logger as PinoLogger } from 'pino';

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
   * A file's path, a file descriptor, or a stream. Files and descriptors are written asynchronously
   * from a bounded buffer: lines that a stuck reader keeps from being written are dropped and
   * counted, and the service goes on.
   *
   * @default 1 (standard output)
   */
  destination?: string | number | DestinationStream;
  /**
   * Further keys, in pino's path notation, whose values are replaced by `[redacted]`. Passwords,
   * tokens, cookies and authorization headers always are.
   *
   * @default []
   * @example
   * logs: { redact: ['customer.iban'] }
   */
  redact?: readonly string[];
  /**
   * A pino logger of your own, used as it is.
   *
   * @default a new one
   */
  logger?: PinoLogger;
  /**
   * Whether each request is one line; or of which share of them the line is written, from 0 to 1.
   * Requests that fail (status 400 and above) or are slow are always written.
   *
   * @default true
   */
  requests?: boolean | { sampleRatio: number };
}
