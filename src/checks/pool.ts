import { flag } from '../core/rules.js';
import type { CheckResult } from '../model/check.js';
import type { ClosableCheck } from './connection.js';
import { amountOf, milliseconds, refuse, refuseInvalid } from './options.js';
import { buildReadFigures, type PoolFigures, type PoolSource } from './pool-figures.js';
import { isLendingPool, type Loan, watchLoans } from './pool-loans.js';
import { judge, resolveThresholds, round, type Thresholds } from './threshold.js';

export type { ClosableCheck } from './connection.js';
export type {
  GenericPoolLike,
  PgPoolFiguresLike,
  PoolFigures,
  PoolSource,
} from './pool-figures.js';

/** Options of {@link pool}. Thresholds are per cent of the connections that are in use. */
export interface PoolCheckOptions extends Partial<Thresholds> {
  /**
   * How many must be waiting for a connection, besides `fail` being reached, before the check is
   * unhealthy: a pool that is just fully used still works. With 0 `fail` alone decides.
   *
   * @default 1
   */
  waiting?: number;
  /**
   * Whether to watch who takes connections from a `pg.Pool` and does not give them back. Its
   * `connect` is overridden until `close()` is called, and remembers where each call came from.
   *
   * @default false
   */
  leaks?: boolean;
  /**
   * Milliseconds after which a connection that has not been given back is suspected of being lost.
   *
   * @default 30_000
   */
  leakAfter?: number;
}

/** A connection that was not given back. */
export interface SuspectedLeak {
  readonly held_ms: number;
  /** The stack of the call that took it, without telltale's and the pool's own part. */
  readonly taken_at: string;
}

const WAITING = 1;
const LEAK_AFTER_MS = 30_000;

/**
 * How far a pool of connections is used up: degraded from 80 % in use, unhealthy, class `exhausted`,
 * when all are in use and somebody waits, unless told otherwise.
 * Nothing is taken from the pool and nothing is asked over it. Details: `percent_used`, `in_use`,
 * `idle`, `waiting`, `max`; with `leaks` also `suspected_leaks` and `longest_held_ms`, and `leaks`,
 * the five held longest: for how long and from where they were taken. A suspicion makes the check
 * degraded.
 *
 * @param source A `pg.Pool`, a pool of generic-pool, or a function that gives the figures of any
 *   other.
 * @throws TelltaleError when the source or an option cannot be meant.
 * @example
 * monitoring.health.register('pool', pool(database, { leaks: true, leakAfter: 10_000 }));
 */
export function pool(source: PoolSource, options: PoolCheckOptions = {}): ClosableCheck {
  const percent = amountOf('per cent');
  refuseInvalid('pool', options, {
    warn: percent,
    fail: percent,
    waiting: amountOf('waiting requests'),
    leaks: flag,
    leakAfter: milliseconds,
  });
  const thresholds = resolveThresholds('pool', options, { warn: 80, fail: 100 });
  const { waiting = WAITING, leakAfter = LEAK_AFTER_MS } = options;
  const readFigures = buildReadFigures(source);
  if (options.leaks && !isLendingPool(source)) {
    refuse('pool', 'option leaks: expected a pg.Pool to watch, got another pool');
  }
  const loans = options.leaks && isLendingPool(source) ? watchLoans(source) : undefined;

  function checkPool(): CheckResult {
    const figures = readFigures();
    const result = judgeFigures(figures, thresholds, waiting);
    return loans === undefined ? result : withLeaks(result, loans.over(leakAfter));
  }
  return Object.assign(checkPool, {
    async close() {
      loans?.stop();
    },
  });
}

function judgeFigures(figures: PoolFigures, thresholds: Thresholds, waiting: number): CheckResult {
  const { max, inUse } = figures;
  const percent = max > 0 ? (100 * inUse) / max : 0;
  const result = judge(
    percent,
    thresholds,
    (figure, bound) => `${round(figure)} % of the connections are in use (limit ${bound} %)`,
    {
      percent_used: round(percent),
      in_use: inUse,
      idle: figures.idle,
      waiting: figures.waiting,
      max,
    },
    'exhausted',
  );
  if (result.status !== 'unhealthy' || figures.waiting >= waiting) return result;
  return { status: 'degraded', message: result.message, details: result.details };
}

const MOST_LEAKS = 5;

function withLeaks(result: CheckResult, loans: readonly Loan[]): CheckResult {
  const details = { ...result.details, suspected_leaks: loans.length };
  const [longest] = loans;
  if (longest === undefined) return { ...result, details };
  return {
    message: `${loans.length} connections have not been given back`,
    ...result,
    status: result.status === 'healthy' ? 'degraded' : result.status,
    details: {
      ...details,
      longest_held_ms: round(longest.heldFor),
      leaks: loans.slice(0, MOST_LEAKS).map(
        ({ heldFor, takenAt }): SuspectedLeak => ({
          held_ms: round(heldFor),
          taken_at: takenAt,
        }),
      ),
    },
  };
}
