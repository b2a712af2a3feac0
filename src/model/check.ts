import type { Observer } from './observer.js';

/**
 * How a dependency, or the whole service, is. `unknown` is no answer: no result yet, one that is too
 * old, or a dependency of the check's own that is down.
 */
export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

/** Why a check failed, in one word that can be shown to anybody. */
export type FaultClass =
  | 'timeout'
  | 'refused'
  | 'dns'
  | 'auth'
  | 'exhausted'
  | 'loading'
  | 'readonly'
  | 'error';

/** The questions that an orchestrator asks. `all` is the report for people. */
export type Probe = 'live' | 'ready' | 'startup' | 'all';

/** What a check says in detail. */
export interface CheckResult {
  status: HealthStatus;
  /**
   * Why, when the status is `unhealthy`.
   *
   * @default 'error'
   */
  class?: FaultClass | undefined;
  message?: string | undefined;
  /** Figures as numbers, with their unit in the name: `free_gb`, `percent_used`. */
  details?: Record<string, unknown> | undefined;
}

/**
 * Says how a dependency is. Returning nothing or `true` is healthy; `false`, a throw or a rejection
 * is unhealthy. The signal aborts when the time for the check is over: settle then at the latest. A
 * run that never settles is not run a second time beside itself, and stays unhealthy.
 *
 * @example
 * monitoring.health.register('database', async () => {
 *   await pool.query('select 1');
 * });
 */
export interface Check {
  (
    signal: AbortSignal,
    // biome-ignore lint/suspicious/noConfusingVoidType: a check that returns nothing is healthy
  ): CheckResult | boolean | void | Promise<CheckResult | boolean | void>;
  /** Gives back what the check holds, when it is unregistered and at shutdown. */
  close?(): void | Promise<void>;
  /** Is told of the service's operations, for a check that judges by them. */
  observer?: Observer;
  /** What kind of thing is checked, in the words of `application/health+json`. */
  componentType?: 'component' | 'datastore' | 'system';
}

/** The result of one check as a report shows it. */
export interface CheckReport {
  status: HealthStatus;
  /** Why it is unhealthy. */
  class?: FaultClass;
  message?: string;
  /** How long the check took, in milliseconds; 0 when it was not run. */
  latency_ms: number;
  [detail: string]: unknown;
}

/** One check that has come to another status. */
export interface HealthChange {
  /** The name of the check. */
  readonly check: string;
  readonly from: HealthStatus;
  readonly to: HealthStatus;
  /** The result that made the difference. */
  readonly report: CheckReport;
}

/** The body of the health endpoints. */
export interface HealthReport {
  status: HealthStatus;
  service: string;
  version: string;
  /** When the report was made. RFC 3339 in UTC. */
  timestamp: string;
  uptime_seconds: number;
  checks: Record<string, CheckReport>;
}
