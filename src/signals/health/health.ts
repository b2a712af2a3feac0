import type { Check, HealthChange, HealthReport, HealthStatus, Probe } from '../../model/check.js';
import { createChanges } from './changes.js';
import type { CheckOptions } from './check-options.js';
import type { Surroundings } from './monitored-check.js';
import type { HealthOptions } from './options.js';
import { createCheckRegistry } from './registry.js';
import { createReporter, type Phase, type Reporter } from './reporter.js';
import type { Identity } from './snapshot.js';

/** Health: what this service depends on, and how it is. */
export interface Health {
  /**
   * Registers a check.
   *
   * @throws TelltaleError when the name is taken or invalid, an option is unknown or out of range,
   *   or checks would depend on each other in a circle.
   * @example
   * monitoring.health.register('database', async () => {
   *   await pool.query('select 1');
   * }, { timeout: 500 });
   */
  register(name: string, check: Check, options?: CheckOptions): void;
  /** Takes a check out again and closes it; false when there was none of that name. */
  unregister(name: string): boolean;
  /**
   * Says that the service has started: from now on the startup probe passes, unless one of its
   * checks fails. Other probes do not wait for it.
   */
  markStarted(): void;
  /**
   * Takes this instance out of traffic: from now on readiness is 503, and so is the whole report,
   * for load balancers that ask that. Liveness, startup and groups are unaffected.
   */
  drain(): void;
  /**
   * The report that a probe gets, with all details. Takes no longer than `health.timeout`.
   *
   * @throws TelltaleError, as a rejection, when there is no such probe or group.
   */
  report(probe?: Probe): Promise<HealthReport>;
  /** The report of a group of `health.groups`. */
  report(group: string): Promise<HealthReport>;
  /**
   * Tells `listener` when a check comes to another status. What it throws or rejects with is caught
   * and reported. Returns what stops it.
   *
   * @example
   * health.onChange(({ check, from, to }) => notify(`${check}: ${from} → ${to}`));
   */
  onChange(listener: (change: HealthChange) => void): () => void;
}

/** How one check stands, without asking it. */
export interface Standing {
  readonly check: string;
  readonly status: HealthStatus;
  /** Seconds that its run took; undefined when it was not run. */
  readonly seconds: number | undefined;
}

/** The health of one Monitoring, with what only the rest of telltale may call. */
export interface HealthSignal extends Health {
  /** Begins background work. */
  start(): void;
  /** Ends all runs and closes every check. Reports go on to say what is known. */
  stop(): Promise<void>;
  /** How all checks stand. Runs none of them. */
  standings(): Standing[];
  readonly snapshot: Reporter['snapshot'];
  /** Milliseconds that a report may take. */
  readonly budget: number;
}

/** What the health signal needs from the rest of the service. */
export type HealthParts = Pick<Surroundings, 'diagnostics' | 'observe'>;

const TIMEOUT_MS = 800;
const CACHE_MS = 1000;

/** Creates the health of one Monitoring. */
export function createHealth(
  options: HealthOptions,
  identity: Identity,
  { diagnostics, observe }: HealthParts,
): HealthSignal {
  const { timeout: budget = TIMEOUT_MS, cacheFor = CACHE_MS, groups = {} } = options;
  const phase: Phase = { started: false, draining: false };
  const changes = createChanges(diagnostics);
  const registry = createCheckRegistry(
    { timeout: budget, cacheFor },
    {
      diagnostics,
      observe,
      resulted: () => reporter.resulted(),
      changed: (check, from, report) => changes.tell({ check, from, to: report.status, report }),
    },
    () => reporter.altered(),
  );
  const reporter = createReporter({ identity, registry, phase, groups, budget });

  function enter(next: Partial<Phase>): void {
    Object.assign(phase, next);
    reporter.altered();
  }

  return {
    register: registry.register,
    unregister: registry.unregister,
    markStarted: () => enter({ started: true }),
    drain: () => enter({ draining: true }),
    async report(of: string = 'all') {
      // A caller may do with its report what it likes; the next one gets the same again.
      return structuredClone((await reporter.snapshot(of)).report);
    },
    onChange: changes.listen,
    start: registry.start,
    stop: registry.close,
    standings() {
      return Array.from(registry.all(), (check) => ({
        check: check.name,
        status: check.standing(),
        seconds: check.report.status === 'unknown' ? undefined : check.report.latency_ms / 1000,
      }));
    },
    snapshot: reporter.snapshot,
    budget,
  };
}
