import type { Rule } from '../core/rules.js';
import type { CheckResult } from '../model/check.js';
import { milliseconds, refuse } from './options.js';
import { judge, round } from './threshold.js';

/** How long an answer may take. */
export interface LatencyThresholds {
  /**
   * Milliseconds from which on an answer makes the check degraded.
   *
   * @default none
   */
  warn?: number;
  /**
   * Milliseconds from which on an answer makes the check unhealthy.
   *
   * @default none: the timeout of the check
   */
  fail?: number;
}

/** The rules of these options, for the check that has them. */
export const latencyRules = { warn: milliseconds, fail: milliseconds } satisfies Record<
  string,
  Rule
>;

/** Judges how long it took since `started`, a time of `performance.now()`. */
export type JudgeLatency = (started: number, details?: Record<string, number>) => CheckResult;

/**
 * Creates the judge of a check's latency. It adds `latency_ms` to the details.
 *
 * @throws TelltaleError when warn is above fail.
 */
export function createLatencyJudge(check: string, options: LatencyThresholds): JudgeLatency {
  const { warn = Number.POSITIVE_INFINITY, fail = Number.POSITIVE_INFINITY } = options;
  if (options.warn !== undefined && warn > fail) {
    refuse(check, `expected 0 <= warn <= fail, got warn ${warn} and fail ${fail}`);
  }
  return function judgeLatency(started, details) {
    const latency = performance.now() - started;
    return judge(
      latency,
      { warn, fail },
      (figure, bound) => `the answer took ${round(figure)} ms (limit ${bound} ms)`,
      { ...details, latency_ms: round(latency) },
      'timeout',
    );
  };
}
