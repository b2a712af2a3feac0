import type { ErrorSink } from './sink.js';

/** Where errors go besides log, metric and trace. */
export interface ErrorsOptions {
  /**
   * Drivers of `telltale/sinks/*`, or your own.
   *
   * @default []
   * @example
   * errors: { sinks: [sentry(Sentry)] }
   */
  sinks?: readonly ErrorSink[];
  /**
   * Whether uncaught exceptions and unhandled rejections are captured. They end the process, or do
   * not, as they would without.
   *
   * @default true
   */
  uncaught?: boolean;
}
