import type { Operation } from '../../model/operation.js';
import { createBudget } from './budget.js';
import type { Refusals } from './refusals.js';

/** Which work is recorded although its trace is not. */
export interface KeepOptions {
  /**
   * Requests answered with a status of 500 and above, and other work with nothing above it that
   * fails.
   *
   * @default true
   */
  errors?: boolean;
  /**
   * Requests that take longer than `requests.slow`.
   *
   * @default true
   */
  slow?: boolean;
  /**
   * How many a second at most, so that an outage does not become a second one at the collector.
   *
   * @default 10
   */
  perSecond?: number;
}

/** Why a span was kept; its attribute `telltale.kept`. */
export type KeptFor = 'error' | 'slow';

const PER_SECOND = 10;

/** What picks the work to keep when it ends; undefined when nothing is kept. */
export function keeperOf(
  options: KeepOptions | false = {},
  refusals: Refusals,
): ((operation: Operation) => KeptFor | undefined) | undefined {
  if (options === false) return undefined;
  const { errors = true, slow = true, perSecond = PER_SECOND } = options;
  if (!errors && !slow) return undefined;
  const mayKeep = createBudget(perSecond, () => refusals.keep++);
  return function keptFor(operation) {
    const { http, parent, outcome } = operation;
    const failed = errors && outcome === 'error';
    if (!failed && !(slow && http?.slow)) return undefined;
    // Work below a request fails it, or does not matter that much.
    if (http === undefined ? parent !== undefined : !http.traced) return undefined;
    if (!mayKeep()) return undefined;
    return failed ? 'error' : 'slow';
  };
}
