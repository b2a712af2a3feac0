import type { Context, Span, Tracer } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { MonitoredApp } from './adapters/detect.js';
import type { Beacon } from './core/beacon.js';
import type { ShutdownOptions } from './core/shutdown.js';
import type { Errors } from './errors/errors.js';
import type { ErrorContext } from './errors/report.js';
import type { Operation, OperationInit, OperationType } from './model/operation.js';
import type { Health } from './signals/health/health.js';
import type { LevelRaise, LevelRaiseOptions } from './signals/logs/level-raise.js';
import type { Metrics } from './signals/metrics/metrics.js';
import type { TraceOptions } from './signals/traces/work.js';

/** Everything that watches one service. */
export interface Monitoring {
  readonly metrics: Metrics;
  /**
   * A pino logger. Lines written inside a request carry its `request_id`, `trace_id`, `span_id` and
   * what {@link bind} added.
   */
  readonly logger: Logger;
  /** A tracer with OpenTelemetry's interface. */
  readonly tracer: Tracer;
  readonly health: Health;
  /** What went wrong in this process, in groups. */
  readonly errors: Errors;
  /**
   * Runs `fn` as an operation: one call that makes its span, feeds its metrics, and logs its failure.
   * What `fn` returns, resolves to, throws or rejects with is passed on unchanged; a promise is not the
   * one that `fn` returned but one that continues it, without what a library has put on that one.
   *
   * @example
   * const report = operation('report.build', { labels: ['kind'] });
   * await monitoring.observe(report, { labels: { kind: 'monthly' } }, () => buildReport());
   */
  observe<Label extends string, T>(
    type: OperationType<Label>,
    init: OperationInit<Label>,
    fn: (operation: Operation) => T,
  ): T;
  /**
   * Adds fields to the line of the current request and to every later one written in it; inside
   * {@link observe}, to those of that operation and what runs in it. Secrets are redacted by key, texts
   * cut at 256 characters, and an operation has at most 32 such fields. A later value of the same name
   * counts, and `undefined` takes a field back; what a line says anyway, such as `level` or the
   * `status` of a request, it cannot say otherwise. A `user_id` is also the user of errors that are
   * captured there. Outside of all operations it does nothing.
   *
   * @example
   * app.use((req, res, next) => {
   *   monitoring.bind({ user_id: req.user.id });
   *   next();
   * });
   */
  bind(fields: Readonly<Record<string, unknown>>): void;
  /**
   * Runs `fn` in a span, and only a span: it is current while `fn` runs, and ends when `fn`, or its
   * promise, is done. What `fn` throws or rejects with is recorded and passed on unchanged. A promise is
   * not the one that `fn` returned but one that continues it, without what a library has put on that
   * one, such as `cancel`.
   *
   * @example
   * const total = await monitoring.trace('price cart', { attributes: { items: 3 } }, async (span) => {
   *   span.setAttribute('currency', 'EUR');
   *   return priceOf(cart);
   * });
   */
  trace<T>(name: string, fn: (span: Span) => T): T;
  trace<T>(name: string, options: TraceOptions, fn: (span: Span) => T): T;
  /**
   * Writes the current span into the headers of a request or message that is about to be sent, and
   * gives them back: a plain object, fetch's `Headers`, or a `Map`.
   *
   * @example
   * await fetch(url, { headers: monitoring.inject({ accept: 'application/json' }) });
   */
  inject<Headers extends object>(headers: Headers): Headers;
  /**
   * Reads the span that the headers of a message name, for `parent` or `links` of `trace`. Names are
   * found in any case, and values may be text or bytes.
   *
   * @example
   * monitoring.trace('orders process', { kind: 'consumer', parent: monitoring.extract(headers) }, work);
   * @example
   * const links = batch.map((message) => monitoring.extract(message.headers));
   * monitoring.trace('orders process', { kind: 'consumer', links }, () => processAll(batch));
   */
  extract(headers: object): Context;
  /**
   * Raises the level of the logs for a while, everywhere or for requests of one route; several at
   * once add up. It goes back by itself, at the latest when the service ends. It is for the logger
   * and children of it, but not for children made before that were given a level of their own.
   *
   * @throws TelltaleError when an option is missing or cannot be meant.
   * @example
   * const raise = monitoring.logLevel({ level: 'debug', for: '5m', route: '/orders/:id' });
   * raise.end(); // or wait
   */
  logLevel(options: LevelRaiseOptions): LevelRaise;
  /**
   * Opens the file that is logged to again, as `logs.reopenOn` does: after it was renamed, lines go to
   * a new one from then on. When it cannot be opened, they go on to the old one. Never rejects.
   */
  reopenLogs(): Promise<void>;
  /**
   * Tells metrics, log and sinks of an error that the application has dealt with. Failed requests and
   * work, and what nobody catches, are told of anyway, and the same error object is counted once on
   * its way up. Takes anything, and never throws.
   *
   * @returns the id of this error, in its log line as `error_id`; empty when `errors` is false.
   * @example
   * try {
   *   await charge(order);
   * } catch (error) {
   *   monitoring.captureError(error, { tags: { provider: 'acme' }, user: { id: order.userId } });
   *   await chargeLater(order);
   * }
   */
  captureError(error: unknown, context?: ErrorContext): string;
  /**
   * Monitors a further app or server of this process. Monitoring the same one twice changes nothing.
   *
   * @throws TelltaleError when it is none that telltale knows.
   */
  attach(app: MonitoredApp): void;
  /** Begins background work and joins OpenTelemetry's API. Only the first call counts. */
  start(): void;
  /**
   * Holds up the shutdown for work that must not be interrupted: until it is over, or half of
   * `shutdown.timeout` is, readiness has been taken away but everything runs and is served as before.
   * `details` are named in the log when the time is not enough.
   *
   * @example
   * const beacon = monitoring.beacon({ job: 'import' });
   * try {
   *   await importAll();
   * } finally {
   *   beacon.die();
   * }
   */
  beacon(details?: Readonly<Record<string, unknown>>): Beacon;
  /**
   * Takes readiness away, waits for `shutdown.drainDelay`, closes the servers where telltale is to
   * (see {@link ShutdownOptions.servers}), runs the hooks, stops everything, sends and writes what is
   * waiting, and leaves every app as it was. Resolves within `drainDelay` and `timeout`; never
   * rejects; called again it is the same shutdown.
   */
  shutdown(): Promise<void>;
}
