import type { DescribedError } from '../core/described-error.js';

/** How bad an error is; names of log levels. */
export type ErrorLevel = 'fatal' | 'error' | 'warn' | 'info';

/** How telltale came to know of an error. */
export type ErrorOrigin =
  | 'captureError'
  | 'request'
  | 'operation'
  | 'trace'
  | 'uncaughtException'
  | 'unhandledRejection';

/** Who was served. Sentry's names; further ones are kept. */
export interface ErrorUser {
  id?: string | number;
  username?: string;
  email?: string;
  [further: string]: unknown;
}

/** What the application knows of an error. */
export interface ErrorContext {
  /**
   * Whether the application goes on as if nothing had happened.
   *
   * @default true
   */
  handled?: boolean;
  /** @default 'error' */
  level?: ErrorLevel;
  /** Few and short, to search for. */
  tags?: Readonly<Record<string, string | number | boolean>>;
  /** Whatever helps to understand it; bounded and redacted as log lines are. */
  extra?: Readonly<Record<string, unknown>>;
  /** @default the `user_id` that was bound to the request with `monitoring.bind({ user_id })` */
  user?: ErrorUser;
  /**
   * A template such as `/orders/:id`, never a path.
   *
   * @default that of the request which is being served
   */
  route?: string;
  /**
   * Errors with the same text are one group, whatever their type and stack.
   *
   * @default worked out of type and stack
   */
  fingerprint?: string;
}

/** The service that an error comes from. */
export interface ErrorService {
  readonly name: string;
  readonly version: string;
  readonly environment: string;
}

/** Errors that have the same cause, as far as type and stack tell. */
export interface ErrorGroup {
  /** 16 hexadecimal digits, the same in each process that runs the same code. */
  readonly fingerprint: string;
  readonly type: string;
  /** The last one's. */
  readonly message: string;
  /** The last one's. */
  readonly stack?: string;
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly firstSeen: number;
  /** Milliseconds since 1970. */
  readonly lastSeen: number;
  /** The last route on which it was seen. */
  readonly route?: string;
  /** A trace in which it was seen; one that is recorded, if there is any. */
  readonly traceId?: string;
  /** False as soon as one of them was not handled. */
  readonly handled: boolean;
}

/** One error, as sinks are told of it. All texts but those of `error` are redacted and bounded. */
export interface ErrorReport {
  /** Of this one error; in its log line as `error_id`. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** What was thrown, untouched: it may hold secrets. */
  readonly error: unknown;
  /** What was thrown, as it may be shown. */
  readonly described: DescribedError;
  readonly origin: ErrorOrigin;
  readonly handled: boolean;
  readonly level: ErrorLevel;
  readonly route?: string;
  readonly method?: string;
  readonly requestId?: string;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly tags?: Readonly<Record<string, unknown>>;
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly user?: Readonly<Record<string, unknown>>;
  /** The fingerprint as the application gave it. */
  readonly fingerprint?: string;
  readonly service: ErrorService;
  /** Its group, this one included. */
  readonly group: ErrorGroup;
}
