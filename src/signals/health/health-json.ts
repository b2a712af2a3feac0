import type { HealthStatus } from '../../model/check.js';
import { type GenericReport, genericReport } from './generic.js';
import type { Entry, Snapshot } from './snapshot.js';

type Verdict = 'pass' | 'warn' | 'fail';

const VERDICTS: Readonly<Record<HealthStatus, Verdict>> = {
  healthy: 'pass',
  degraded: 'warn',
  unhealthy: 'fail',
  unknown: 'fail',
};

const UNITS: Readonly<Record<string, string>> = {
  ms: 'ms',
  seconds: 's',
  minutes: 'min',
  hours: 'h',
  days: 'd',
  bytes: 'B',
  kb: 'kB',
  mb: 'MB',
  gb: 'GB',
  percent: 'percent',
};

/** One measurement of a component. */
interface Measurement {
  componentId: string;
  componentType: string;
  observedValue?: number;
  observedUnit?: string;
  status: Verdict;
  time?: string;
  output?: string;
}

/**
 * A report as `application/health+json`, one array per measurement: how long each check took, and
 * its figures. Without details it is one entry per check.
 * https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06
 */
export function healthJson({ report, entries }: Snapshot, details: boolean): object {
  // Without a prototype: a check may be called `constructor`.
  const checks: Record<string, Measurement[]> = Object.create(null);
  for (const entry of entries) {
    const base = baseOf(entry);
    const add = (measurement: string | undefined, fields: object) => {
      // A colon separates the two parts of a key.
      const name = entry.name.replaceAll(':', '.');
      const key = measurement === undefined ? name : `${name}:${measurement.replaceAll(':', '.')}`;
      checks[key] = [...(checks[key] ?? []), { ...base, ...fields }];
    };
    const output = outputOf(base.status, details ? entry.report : genericReport(entry));
    if (!details || entry.time === 0 || entry.own) {
      add(undefined, output);
      continue;
    }
    const { latency_ms: latency, ...figures } = entry.report;
    add('responseTime', { observedValue: latency, observedUnit: 'ms', ...output });
    for (const [name, value] of Object.entries(figures)) {
      if (typeof value === 'number') add(name, { observedValue: value, ...unitOf(name) });
    }
  }
  return {
    status: VERDICTS[report.status],
    version: report.version,
    releaseId: report.version,
    serviceId: report.service,
    checks,
  };
}

function baseOf({ name, report, time, componentType }: Entry): Measurement {
  return {
    componentId: name,
    componentType,
    status: VERDICTS[report.status],
    ...(time > 0 && { time: new Date(time).toISOString() }),
  };
}

/** The draft wants no output of what passes. */
function outputOf(status: Verdict, { message }: GenericReport): { output?: string } {
  return status === 'pass' || message === undefined ? {} : { output: message };
}

/** Figures carry their unit in their name: `free_gb`, `percent_used`, `errors_per_minute`. */
function unitOf(figure: string): { observedUnit?: string } {
  const per = /_(per_[a-z]+)$/.exec(figure)?.[1];
  if (per !== undefined) return { observedUnit: per.replace('_', ' ') };
  if (figure.startsWith('percent_')) return { observedUnit: 'percent' };
  const unit = UNITS[figure.slice(figure.lastIndexOf('_') + 1)];
  return unit === undefined ? {} : { observedUnit: unit };
}
