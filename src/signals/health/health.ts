import type { Check, CheckReport, HealthReport, HealthStatus, Probe } from '../../model/check.js';
import type { HealthOptions } from './options.js';
import { type CheckOptions, createCheckRegistry } from './registry.js';
import { worse } from './runner.js';

/** Health: what this service depends on, and how it is. */
export interface Health {
  /**
   * Registers a check.
   *
   * @throws TelltaleError when the name is taken or invalid, or an option is unknown or out of range.
   * @example
   * monitoring.health.register('database', async () => {
   *   await pool.query('select 1');
   * }, { timeout: 500 });
   */
  register(name: string, check: Check, options?: CheckOptions): void;
  /** Takes a check out again; false when there was none of that name. */
  unregister(name: string): boolean;
  /**
   * Says that the service has started: from now on the startup probe passes, unless one of its
   * checks fails. Other probes do not wait for it.
   */
  markStarted(): void;
  /** The report that a probe gets. Never rejects; takes no longer than the slowest timeout. */
  report(probe?: Probe): Promise<HealthReport>;
}

/** What the health signal needs from the rest of the service. */
export interface HealthParts {
  service: string;
  version: string;
}

/** The health of one Monitoring, with what only the rest of telltale may call. */
export interface HealthSignal extends Health {
  /** From now on the service wants no new traffic. */
  drain(): void;
}

const TIMEOUT_MS = 800;
const CACHE_MS = 1000;

/** Creates the health of one Monitoring. */
export function createHealth(options: HealthOptions, parts: HealthParts): HealthSignal {
  const registry = createCheckRegistry({
    timeout: options.timeout ?? TIMEOUT_MS,
    cacheFor: options.cacheFor ?? CACHE_MS,
  });
  let started = false;
  let draining = false;

  async function report(probe: Probe = 'all'): Promise<HealthReport> {
    const checks: Record<string, CheckReport> = {};
    let status: HealthStatus = 'healthy';
    // Liveness says only that the event loop turns, which answering at all has just shown.
    const asked = probe === 'live' ? [] : registry.of(probe);
    const results = await Promise.all(asked.map((check) => check.run()));
    asked.forEach(({ name, critical }, i) => {
      const result = results[i] as CheckReport;
      checks[name] = result;
      const counts = !critical && result.status === 'unhealthy' ? 'degraded' : result.status;
      status = worse(status, counts);
    });
    for (const [name, state] of Object.entries(ownStates(probe))) {
      checks[name] = state;
      status = worse(status, state.status);
    }
    return {
      status,
      service: parts.service,
      version: parts.version,
      timestamp: new Date().toISOString(),
      uptime_seconds: Math.round(process.uptime() * 10) / 10,
      checks,
    };
  }

  function ownStates(probe: Probe): Record<string, CheckReport> {
    if (probe === 'startup') {
      return started ? {} : { started: unhealthy('health.markStarted() has not been called') };
    }
    if (!draining || probe === 'live') return {};
    return { shutdown: unhealthy('the service is shutting down') };
  }

  return {
    register: registry.register,
    unregister: registry.unregister,
    markStarted() {
      started = true;
    },
    drain() {
      draining = true;
    },
    report,
  };
}

function unhealthy(message: string): CheckReport {
  return { status: 'unhealthy', message, latency_ms: 0 };
}
