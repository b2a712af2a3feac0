import type { CheckResult, FaultClass } from '../model/check.js';
import { TelltaleError } from '../model/errors.js';

/** Bounds of a measured figure. */
export interface Thresholds {
  /** From here on the check is degraded. */
  warn: number;
  /** From here on the check is unhealthy. */
  fail: number;
}

/** Judges a figure by its thresholds; `fault` is what being beyond them is called. */
export function judge(
  figure: number,
  { warn, fail }: Thresholds,
  say: (figure: number, bound: number) => string,
  details: Record<string, number>,
  fault: FaultClass = 'error',
): CheckResult {
  if (figure >= fail) {
    return { status: 'unhealthy', class: fault, message: say(figure, fail), details };
  }
  if (figure >= warn) return { status: 'degraded', message: say(figure, warn), details };
  return { status: 'healthy', details };
}

/** Completes thresholds and refuses those that cannot be meant. */
export function resolveThresholds(
  check: string,
  given: Partial<Thresholds>,
  defaults: Thresholds,
): Thresholds {
  const {
    warn = Math.min(defaults.warn, given.fail ?? defaults.warn),
    fail = Math.max(defaults.fail, given.warn ?? 0),
  } = given;
  if (!(warn >= 0 && fail >= warn && Number.isFinite(fail))) {
    throw new TelltaleError(
      'TELLTALE_INVALID_CHECK',
      `${check} check: expected 0 <= warn <= fail, got warn ${warn} and fail ${fail}`,
    );
  }
  return { warn, fail };
}

/** One decimal is enough for a person, and steady enough for a diff. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
