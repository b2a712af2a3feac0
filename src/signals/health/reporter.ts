import type { Probe } from '../../model/check.js';
import { TelltaleError } from '../../model/errors.js';
import { after } from './after.js';
import type { MonitoredCheck } from './monitored-check.js';
import type { CheckRegistry } from './registry.js';
import { reportOfTimeout, reportOfUnknown } from './result.js';
import { type Entry, type Identity, ownEntry, type Snapshot, takeSnapshot } from './snapshot.js';

/** What telltale itself knows of the service. */
export interface Phase {
  started: boolean;
  draining: boolean;
}

/** Makes the reports of probes and groups. */
export interface Reporter {
  /**
   * A report: at once when all results are recent enough, and otherwise within the budget.
   *
   * @throws TelltaleError when there is no such probe or group.
   */
  snapshot(of: string): Snapshot | Promise<Snapshot>;
  /** Says that a result has come: reports made until now no longer hold. */
  resulted(): void;
  /** Says that there are other checks, or another phase: nor do reports that are being made. */
  altered(): void;
}

/** What reports are made of. */
export interface ReporterParts {
  identity: Identity;
  registry: Pick<CheckRegistry, 'all' | 'find'>;
  phase: Readonly<Phase>;
  groups: Readonly<Record<string, readonly string[]>>;
  /** Milliseconds that a report may take. */
  budget: number;
}

/** A report's own time is never older than this. */
const LONGEST_MS = 1000;
const PROBES: readonly string[] = ['all', 'live', 'ready', 'startup'] satisfies Probe[];

/** Creates the reporter of one service. */
export function createReporter(parts: ReporterParts): Reporter {
  const { identity, registry, phase, groups, budget } = parts;
  const latest = new Map<string, Snapshot>();
  const underWay = new Map<string, Promise<Snapshot>>();
  let generation = 0;

  function checksOf(of: string): readonly MonitoredCheck[] {
    // Liveness says only that the event loop turns, which answering at all has just shown.
    if (of === 'live') return [];
    const group = groups[of];
    if (group !== undefined) return group.flatMap((name) => registry.find(name) ?? []);
    return [...registry.all()].filter(({ probes }) => probes.has(of as Probe));
  }

  function make(
    of: string,
    checks: readonly MonitoredCheck[],
    late?: Set<MonitoredCheck>,
  ): Snapshot {
    const entries = [...checks.map((check) => entryOf(check, late)), ...missing(of), ...states(of)];
    const isWhole = late === undefined || late.size === 0;
    const validUntil = Math.min(
      performance.now() + LONGEST_MS,
      ...checks.map((check) => (isWhole ? check.validUntil : 0)),
    );
    return takeSnapshot(identity, entries, validUntil);
  }

  function entryOf(check: MonitoredCheck, late: Set<MonitoredCheck> | undefined): Entry {
    const { name, critical, componentType } = check;
    const isLate = late?.has(check) === true;
    const report = isLate ? reportOfTimeout(`no answer within ${budget} ms`, budget) : check.report;
    const time = isLate ? Date.now() : check.time;
    return { name, report, critical, time, componentType, own: false };
  }

  function missing(of: string): Entry[] {
    return (groups[of] ?? [])
      .filter((name) => registry.find(name) === undefined)
      .map((name) => ({
        ...ownEntry(name, ''),
        report: reportOfUnknown('no check of this name is registered'),
      }));
  }

  function states(of: string): Entry[] {
    if (of === 'startup') {
      return phase.started ? [] : [ownEntry('started', 'health.markStarted() has not been called')];
    }
    const isDrained = phase.draining && (of === 'ready' || of === 'all');
    return isDrained ? [ownEntry('shutdown', 'draining: no new traffic is wanted')] : [];
  }

  async function makeAsked(
    of: string,
    checks: readonly MonitoredCheck[],
    asked: ReadonlyMap<MonitoredCheck, Promise<void>>,
  ): Promise<Snapshot> {
    const begun = generation;
    const late = new Set(asked.keys());
    await new Promise<void>((resolve) => {
      const callOff = after(budget, resolve, true);
      for (const [check, done] of asked) {
        void done.then(() => {
          late.delete(check);
          if (late.size > 0) return;
          callOff();
          resolve();
        });
      }
    });
    // One that was unregistered meanwhile has no result any more.
    const left = checks.filter((check) => registry.find(check.name) === check);
    const snapshot = make(of, left, late);
    if (begun !== generation) return snapshot;
    underWay.delete(of);
    return keep(of, snapshot);
  }

  function keep(of: string, snapshot: Snapshot): Snapshot {
    latest.set(of, snapshot);
    return snapshot;
  }

  return {
    snapshot(of) {
      const known = latest.get(of);
      if (known !== undefined && performance.now() < known.validUntil) return known;
      if (!PROBES.includes(of) && !Object.hasOwn(groups, of)) throw noSuch(of, groups);
      const waiting = underWay.get(of);
      if (waiting !== undefined) return waiting;
      const checks = checksOf(of);
      // An instance that wants no traffic says so at once, whatever its dependencies do.
      if (of === 'ready' && phase.draining) return keep(of, make(of, checks));
      const asked = new Map<MonitoredCheck, Promise<void>>();
      for (const check of checks) {
        const done = check.ask();
        if (done !== undefined) asked.set(check, done);
      }
      if (asked.size === 0) return keep(of, make(of, checks));
      const made = makeAsked(of, checks, asked);
      underWay.set(of, made);
      return made;
    },
    resulted() {
      latest.clear();
    },
    altered() {
      generation++;
      latest.clear();
      underWay.clear();
    },
  };
}

function noSuch(of: string, groups: ReporterParts['groups']): TelltaleError {
  const known = [...PROBES, ...Object.keys(groups)].join(', ');
  const message = `health report: expected one of ${known}, got ${JSON.stringify(of)}`;
  return new TelltaleError('TELLTALE_INVALID_CHECK', message);
}
