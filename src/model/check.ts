/** How a dependency, or the whole service, is. */
export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy';

/** The questions that an orchestrator asks. `all` is the report for people. */
export type Probe = 'live' | 'ready' | 'startup' | 'all';

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

/** What a check says in detail. */
export interface CheckResult {
  status: HealthStatus;
  /** Why it is not healthy. */
  class?: FaultClass | undefined;
  message?: string | undefined;
  /** Figures as numbers, with their unit in the name: `free_gb`, `percent_used`. */
  details?: Record<string, unknown> | undefined;
}

/**
 * Says how a dependency is. Returning nothing or `true` is healthy; `false`, a throw or a rejection
 * is unhealthy. The signal aborts when the time for the check is over.
 *
 * @example
 * monitoring.health.register('database', async () => {
 *   await pool.query('select 1');
 * });
 */
export type Check = (
  signal: AbortSignal,
  // biome-ignore lint/suspicious/noConfusingVoidType: a check that returns nothing is healthy
) => CheckResult | boolean | void | Promise<CheckResult | boolean | void>;

/** The result of one check as a report shows it. */
export interface CheckReport {
  status: HealthStatus;
  message?: string;
  /** How long the check took, in milliseconds. */
  latency_ms: number;
  [detail: string]: unknown;
}

/** The body of the health endpoints. */
export interface HealthReport {
  status: HealthStatus;
  service: string;
  version: string;
  /** RFC 3339 in UTC. */
  timestamp: string;
  uptime_seconds: number;
  checks: Record<string, CheckReport>;
}
