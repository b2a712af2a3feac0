import { health as catalog } from '../catalog/health.js';
import type { HealthStatus } from '../model/check.js';
import type { HealthSignal } from '../signals/health/health.js';
import type { Logs } from '../signals/logs/logs.js';
import type { Metrics } from '../signals/metrics/metrics.js';

const STATUSES: readonly HealthStatus[] = ['healthy', 'degraded', 'unhealthy', 'unknown'];

/** Shows the checks' last results as metrics. */
export function measureHealth(health: HealthSignal, metrics: Metrics): void {
  const { status, duration, transitions } = metrics.use(catalog);
  let shown = new Set<string>();
  health.onChange(({ check, to }) => transitions.inc({ check, status: to }));
  metrics.onCollect('health', () => {
    const standings = health.standings();
    for (const standing of standings) {
      const { check, seconds } = standing;
      for (const one of STATUSES) {
        status.set({ check, status: one }, standing.status === one ? 1 : 0);
      }
      if (seconds !== undefined) duration.set({ check }, seconds);
      shown.delete(check);
    }
    for (const check of shown) {
      for (const one of STATUSES) status.remove({ check, status: one });
      duration.remove({ check });
    }
    shown = new Set(standings.map(({ check }) => check));
  });
}

/** Writes one line when a check comes to another status; none for a first one that is healthy. */
export function logHealth(health: HealthSignal, { logger }: Logs): void {
  const told = new Set<string>();
  health.onChange(({ check, from, to, report }) => {
    if (to === 'healthy' && !told.delete(check)) return;
    if (to !== 'healthy') told.add(check);
    const level = to === 'healthy' ? 'info' : to === 'unhealthy' ? 'error' : 'warn';
    const { class: fault, message: reason, latency_ms } = report;
    const fields = { check, status: to, previous: from, class: fault, reason, latency_ms };
    logger[level](fields, `health check ${check} is ${to}`);
  });
}
