import type { Check, CheckReport, CheckResult, HealthStatus } from '../../model/check.js';

/** Gives the result of one check: a fresh one, the one under way, or one that is recent enough. */
export type Runner = () => Promise<CheckReport>;

/**
 * Creates the runner of a check. At most one run is under way at any time, so that probes cannot
 * pile up on a dependency that hangs; a run that is too late is given up and its result discarded.
 */
export function createRunner(check: Check, timeout: number, cacheFor: number): Runner {
  let running: Promise<CheckReport> | undefined;
  let settled = true;
  let last: CheckReport | undefined;
  let lastAt = Number.NEGATIVE_INFINITY;

  async function run(): Promise<CheckReport> {
    const started = performance.now();
    const controller = new AbortController();
    settled = false;
    const work = Promise.resolve()
      .then(() => check(controller.signal))
      .finally(() => {
        settled = true;
      });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<CheckResult>((resolve) => {
      timer = setTimeout(() => {
        resolve({ status: 'unhealthy', message: `timeout: no answer within ${timeout} ms` });
        controller.abort(new Error(`health check timed out after ${timeout} ms`));
      }, timeout);
    });
    const result = await Promise.race([work.then(interpret, failure), late]);
    clearTimeout(timer);
    last = toReport(result, performance.now() - started);
    lastAt = performance.now();
    return last;
  }

  return () => {
    if (running !== undefined) return running;
    if (last !== undefined && (!settled || performance.now() - lastAt < cacheFor)) {
      return Promise.resolve(last);
    }
    running = run().finally(() => {
      running = undefined;
    });
    return running;
  };
}

const STATUSES: readonly unknown[] = ['healthy', 'degraded', 'unhealthy'];

function interpret(value: unknown): CheckResult {
  if (value === undefined || value === true) return { status: 'healthy' };
  if (value === false) return { status: 'unhealthy' };
  const result = value as Partial<CheckResult> | null;
  if (typeof result === 'object' && STATUSES.includes(result?.status)) return result as CheckResult;
  return {
    status: 'unhealthy',
    message: 'error: the check returned neither nothing, a boolean, nor { status }',
  };
}

function failure(error: unknown): CheckResult {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return { status: 'unhealthy', message };
}

function toReport(result: CheckResult, latency: number): CheckReport {
  const own = {
    status: result.status,
    ...(result.message !== undefined && { message: String(result.message) }),
    latency_ms: Math.round(latency * 100) / 100,
  };
  return { ...own, ...plainDetails(result.details), ...own };
}

/** Details as they can be sent: what has no JSON is left out, rather than the whole report. */
function plainDetails(details: unknown): Record<string, unknown> {
  if (details === null || typeof details !== 'object') return {};
  try {
    return JSON.parse(JSON.stringify(details)) as Record<string, unknown>;
  } catch {
    return { details: 'not representable as JSON' };
  }
}

/** The worse of two states. */
export function worse(a: HealthStatus, b: HealthStatus): HealthStatus {
  return STATUSES.indexOf(a) >= STATUSES.indexOf(b) ? a : b;
}
