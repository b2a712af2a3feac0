import type { Tracer } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { MonitoredApp } from './adapters/detect.js';
import type { Operation, OperationInit, OperationType } from './model/operation.js';
import type { Health } from './signals/health/health.js';
import type { Metrics } from './signals/metrics/metrics.js';

/** Everything that watches one service. */
export interface Monitoring {
  readonly metrics: Metrics;
  /** A pino logger. Lines written inside a request carry its `request_id`, `trace_id`, `span_id`. */
  readonly logger: Logger;
  /** A tracer with OpenTelemetry's interface. */
  readonly tracer: Tracer;
  readonly health: Health;
  /**
   * Runs `fn` as an operation: one call that makes its span, feeds its metrics, and logs its failure.
   * What `fn` returns, resolves to, throws or rejects with is passed on unchanged.
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
   * Monitors a further app or server of this process. Monitoring the same one twice changes nothing.
   *
   * @throws TelltaleError when it is none that telltale knows.
   */
  attach(app: MonitoredApp): void;
  /** Begins background work and joins OpenTelemetry's API. Only the first call counts. */
  start(): void;
  /**
   * Takes readiness away, stops everything, sends and writes what is waiting, and leaves every app
   * as it was. Resolves within the time of `shutdown.timeout`; never rejects.
   */
  shutdown(): Promise<void>;
}
