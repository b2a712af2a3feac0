import type { Check } from '../../model/check.js';
import { type CheckOptions, refuse, refuseInvalid } from './check-options.js';
import {
  type CheckDefaults,
  createMonitoredCheck,
  type MonitoredCheck,
  type Surroundings,
} from './monitored-check.js';

/** The checks of one service by name. */
export interface CheckRegistry {
  register(name: string, check: Check, options?: CheckOptions): void;
  unregister(name: string): boolean;
  find(name: string): MonitoredCheck | undefined;
  /** All of them, in the order of their registration. */
  all(): Iterable<MonitoredCheck>;
  /** Runs those that have an interval in the background, also those that are registered later. */
  start(): void;
  /** Closes all of them. From then on none is run. */
  close(): Promise<void>;
}

/** Creates an empty registry. `altered` is told when a check comes or goes. */
export function createCheckRegistry(
  defaults: CheckDefaults,
  surroundings: Omit<Surroundings, 'find'>,
  altered: () => void,
): CheckRegistry {
  const checks = new Map<string, MonitoredCheck>();
  const parts = { ...surroundings, find: (name: string) => checks.get(name) };
  let state: 'new' | 'started' | 'closed' = 'new';

  return {
    register(name, check, options = {}) {
      refuseInvalid(name, check, options);
      if (checks.has(name)) refuse(name, 'its name', 'one that is not registered yet', name);
      refuseCycle(checks, name, options.dependsOn ?? []);
      const monitored = createMonitoredCheck(name, check, options, defaults, parts);
      checks.set(name, monitored);
      if (state === 'started') monitored.start();
      if (state === 'closed') void monitored.close();
      altered();
    },
    unregister(name) {
      const monitored = checks.get(name);
      if (monitored === undefined) return false;
      checks.delete(name);
      void monitored.close();
      altered();
      return true;
    },
    find: parts.find,
    all: () => checks.values(),
    start() {
      if (state !== 'new') return;
      state = 'started';
      for (const check of checks.values()) check.start();
    },
    async close() {
      state = 'closed';
      await Promise.all(Array.from(checks.values(), (check) => check.close()));
    },
  };
}

/** A cycle is closed by the last of its checks, at which time all others are there. */
function refuseCycle(
  checks: ReadonlyMap<string, MonitoredCheck>,
  name: string,
  dependsOn: readonly string[],
): void {
  const seen = new Set<string>();
  function visit(names: readonly string[], way: readonly string[]): void {
    for (const next of names) {
      if (next === name) refuse(name, 'dependsOn', 'without a cycle', [...way, next].join(' → '));
      if (seen.has(next)) continue;
      seen.add(next);
      visit(checks.get(next)?.dependsOn ?? [], [...way, next]);
    }
  }
  visit(dependsOn, [name]);
}
