import type { CheckReport, HealthStatus } from '../../model/check.js';
import { reportOfUnknown, severity } from './result.js';

/** What a check's results have come to. */
export interface State {
  readonly report: CheckReport;
  /** When the last result came, by `performance.now()`; -Infinity before the first. */
  readonly at: number;
  /** When the last result came, in milliseconds since the epoch. */
  readonly time: number;
  /** Takes in a result. */
  record(result: CheckReport): void;
  /** Says that the last result can no longer be relied on. */
  expire(why: string): void;
}

/** How results become a status. */
export interface StateOptions {
  initial: HealthStatus;
  failAfter: number;
  recoverAfter: number;
}

/**
 * Creates the state of a check. It gets worse after `failAfter` results in a row that are worse, and
 * better after `recoverAfter` that are better; to and from `unknown` one is enough.
 *
 * @param changed is told when another status is reached.
 */
export function createState(
  { initial, failAfter, recoverAfter }: StateOptions,
  changed: (from: HealthStatus, report: CheckReport) => void,
): State {
  let report: CheckReport =
    initial === 'unknown' ? reportOfUnknown('no result yet') : { status: initial, latency_ms: 0 };
  let at = Number.NEGATIVE_INFINITY;
  let time = 0;
  let streak = 0;
  let streakWorse = false;

  function reach(next: CheckReport): void {
    const from = report.status;
    report = next;
    streak = 0;
    if (from !== next.status) changed(from, next);
  }

  return {
    get report() {
      return report;
    },
    get at() {
      return at;
    },
    get time() {
      return time;
    },
    record(result) {
      at = performance.now();
      time = Date.now();
      const known = report.status !== 'unknown' && result.status !== 'unknown';
      const difference = severity(result.status) - severity(report.status);
      if (!known || difference === 0) return reach(result);
      const isWorse = difference > 0;
      const needed = isWorse ? failAfter : recoverAfter;
      streak = streakWorse === isWorse ? streak + 1 : 1;
      streakWorse = isWorse;
      if (streak >= needed) reach(result);
      else report = held(report, result, `${result.status} ${streak} of ${needed} times`);
    },
    expire(why) {
      reach(reportOfUnknown(why));
    },
  };
}

/** A status that a result has not changed yet, and what that result said. */
function held(
  { status, class: why }: CheckReport,
  result: CheckReport,
  count: string,
): CheckReport {
  const { class: itsClass, message = itsClass, ...figures } = result;
  return {
    ...figures,
    status,
    ...(why !== undefined && { class: why }),
    message: message === undefined ? count : `${count}: ${message}`,
    latency_ms: result.latency_ms,
  };
}
