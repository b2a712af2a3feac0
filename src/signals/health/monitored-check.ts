import type { Diagnostics } from '../../core/diagnostics.js';
import { every } from '../../core/intervals.js';
import type { Check, CheckReport, HealthStatus, Probe } from '../../model/check.js';
import type { Observer } from '../../model/observer.js';
import type { CheckOptions } from './check-options.js';
import { reportOfTimeout, reportOfUnknown } from './result.js';
import { type Run, startRun } from './run.js';
import { createState } from './state.js';

/** A registered check: how it is, and what makes it known. */
export interface MonitoredCheck {
  readonly name: string;
  readonly critical: boolean;
  readonly probes: ReadonlySet<Probe>;
  readonly dependsOn: readonly string[];
  readonly componentType: string;
  /** How it is, as far as is known. */
  readonly report: CheckReport;
  /** When that became known, in milliseconds since the epoch; 0 when nothing is. */
  readonly time: number;
  /** Until when that need not be asked again, by `performance.now()`. */
  readonly validUntil: number;
  /** Its status for who does not ask it: `unknown` when nobody has asked it for a while. */
  standing(): HealthStatus;
  /** Makes {@link report} recent enough; undefined when it is already. Never rejects. */
  ask(): Promise<void> | undefined;
  /** The same for a check that depends on it: also waits for a first result that is under way. */
  askFirst(): Promise<void> | undefined;
  /** Runs it in the background from now on, if it has an interval. */
  start(): void;
  /** Ends its runs for good and gives back what the check holds. */
  close(): Promise<void>;
}

/** What a check needs from those around it. */
export interface Surroundings {
  /** The check of that name. */
  find(name: string): MonitoredCheck | undefined;
  /** Is told of each new result. */
  resulted(): void;
  /** Is told when the status is another. */
  changed(check: string, from: HealthStatus, report: CheckReport): void;
  diagnostics: Diagnostics;
  /** Tells an observer of the service's operations from now on. Returns what stops that. */
  observe(observer: Observer): () => void;
}

/** What holds for checks that say nothing else. */
export interface CheckDefaults {
  timeout: number;
  cacheFor: number;
}

const SPREAD = 0.1;
const INTERVALS_TO_EXPIRE = 3;
/** Twice the longest time between probes that orchestrators have by default. */
const UNASKED_MS = 60_000;

/** Creates a registered check out of options that have been found good. */
export function createMonitoredCheck(
  name: string,
  check: Check,
  options: CheckOptions,
  defaults: CheckDefaults,
  { find, resulted, changed, diagnostics, observe }: Surroundings,
): MonitoredCheck {
  const { interval, dependsOn = [], cacheFor = defaults.cacheFor, initial = 'unknown' } = options;
  const given = options.timeout ?? defaults.timeout;
  const timeout = interval === undefined ? Math.min(given, defaults.timeout) : given;
  const { failAfter = 1, recoverAfter = 1 } = options;
  const oldest =
    interval === undefined
      ? Math.max(UNASKED_MS, INTERVALS_TO_EXPIRE * cacheFor)
      : INTERVALS_TO_EXPIRE * interval + timeout;
  const state = createState({ initial, failAfter, recoverAfter }, (from, report) =>
    changed(name, from, report),
  );
  const unobserve = check.observer && observe(check.observer);
  let asked: Promise<void> | undefined;
  let run: Run | undefined;
  let stopBackground: (() => void) | undefined;
  let closed = false;
  let missing = false;

  function record(report: CheckReport): void {
    if (closed) return;
    // Before listeners are told, who may ask for a report.
    resulted();
    state.record(report);
  }

  async function refresh(): Promise<void> {
    const waitsFor = dependsOn.length === 0 ? undefined : await unmet();
    if (closed) return;
    if (waitsFor !== undefined) return record(reportOfUnknown(`waits for ${waitsFor}`));
    if (run !== undefined && !run.settled) {
      return record(reportOfTimeout(`no answer within ${timeout} ms, nor since`, timeout));
    }
    run = startRun(check, timeout);
    record(await run.report);
  }

  /** The first dependency without which a run makes no sense. */
  async function unmet(): Promise<string | undefined> {
    await Promise.all(dependsOn.map((one) => find(one)?.askFirst()));
    for (const one of dependsOn) {
      const status = find(one)?.report.status;
      if (status === undefined) return notRegistered(one);
      if (status !== 'healthy' && status !== 'degraded') return one;
    }
    return undefined;
  }

  function notRegistered(one: string): string {
    if (!missing) {
      const message = `health check ${JSON.stringify(name)} depends on "${one}", which is not registered`;
      diagnostics.caught('health.dependsOn', new Error(message));
    }
    missing = true;
    return `${one}, which is not registered`;
  }

  function askNow(): Promise<void> {
    asked ??= refresh().finally(() => {
      asked = undefined;
    });
    return asked;
  }

  function isTooOld(): boolean {
    return performance.now() - state.at > oldest;
  }

  /** Before the first result `initial` holds, for as long as it takes. */
  function expireTooOld(): void {
    if (state.at < 0 || state.report.status === 'unknown' || !isTooOld()) return;
    resulted();
    state.expire('the last result is too old');
  }

  function ask(): Promise<void> | undefined {
    if (closed) return undefined;
    if (stopBackground !== undefined) {
      expireTooOld();
      return undefined;
    }
    if (asked === undefined && performance.now() - state.at < cacheFor) return undefined;
    return askNow();
  }

  return {
    name,
    critical: options.critical ?? true,
    probes: new Set<Probe>(['all', ...(options.probes ?? ['ready' as const])]),
    dependsOn,
    componentType: options.componentType ?? check.componentType ?? 'component',
    get report() {
      return state.report;
    },
    get time() {
      return state.time;
    },
    get validUntil() {
      if (closed) return Number.POSITIVE_INFINITY;
      return state.at + (stopBackground === undefined ? cacheFor : oldest);
    },
    standing() {
      if (stopBackground !== undefined) expireTooOld();
      else if (state.at > 0 && isTooOld()) return 'unknown';
      return state.report.status;
    },
    ask,
    askFirst: () => ask() ?? (state.report.status === 'unknown' ? asked : undefined),
    start() {
      if (closed || interval === undefined || stopBackground !== undefined) return;
      stopBackground = every(interval, 'health', diagnostics, askNow, SPREAD);
    },
    async close() {
      if (closed) return;
      closed = true;
      stopBackground?.();
      unobserve?.();
      run?.abort(`health check ${name} is closed`);
      try {
        await check.close?.();
      } catch (error) {
        diagnostics.caught(`health.${name}`, error);
      }
    },
  };
}
