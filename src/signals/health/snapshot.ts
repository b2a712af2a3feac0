import type { CheckReport, HealthReport, HealthStatus } from '../../model/check.js';
import { worse } from './result.js';

/** One check as it takes part in a report. */
export interface Entry {
  readonly name: string;
  readonly report: CheckReport;
  readonly critical: boolean;
  /** Milliseconds since the epoch at which the result came; 0 when there is none. */
  readonly time: number;
  readonly componentType: string;
  /** Whether everybody may read its message: telltale's own words give nothing away. */
  readonly own: boolean;
}

/** A report, and until when it may be given again. */
export interface Snapshot {
  readonly report: HealthReport;
  readonly entries: readonly Entry[];
  /** By `performance.now()`. */
  readonly validUntil: number;
}

/** Who is reported on. */
export interface Identity {
  service: string;
  version: string;
}

/** Puts a report together: as bad as its worst check, of which those not critical only degrade. */
export function takeSnapshot(
  identity: Identity,
  entries: readonly Entry[],
  validUntil: number,
): Snapshot {
  let status: HealthStatus = 'healthy';
  const checks: Record<string, CheckReport> = {};
  for (const { name, report, critical } of entries) {
    checks[name] = report;
    const counts = critical || report.status === 'healthy' ? report.status : 'degraded';
    status = worse(status, counts);
  }
  const report = {
    status,
    ...identity,
    timestamp: new Date().toISOString(),
    uptime_seconds: Math.round(process.uptime() * 10) / 10,
    checks,
  };
  return { report, entries, validUntil };
}

/** What the report says of the service itself. */
export function ownEntry(name: string, message: string): Entry {
  return {
    name,
    report: { status: 'unhealthy', message, latency_ms: 0 },
    critical: true,
    time: Date.now(),
    componentType: 'component',
    own: true,
  };
}
