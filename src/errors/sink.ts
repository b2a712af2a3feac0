import type { ErrorReport } from './report.js';

/** Somewhere that errors are told to. */
export interface ErrorSink {
  /** Short and fixed: it is a label of a metric. */
  readonly name: string;
  /**
   * Takes one error; a promise is waited for. What it throws or rejects with is counted as one that
   * was lost, and harms nobody; what is lost later is told to `lost`.
   */
  capture(report: ErrorReport, lost: Lost): unknown;
  /** Sends what is waiting; called at shutdown. Aborted when the time for it is over. */
  flush?(signal: AbortSignal): unknown;
}

/** Is told that so many errors, one unless it says otherwise, could not be passed on, and why. */
export type Lost = (why: unknown, count?: number) => void;
