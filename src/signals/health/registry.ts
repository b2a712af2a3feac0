import type { Check, Probe } from '../../model/check.js';
import { TelltaleError } from '../../model/errors.js';
import { createRunner, type Runner } from './runner.js';

/** How one check takes part in reports. */
export interface CheckOptions {
  /**
   * The probes that ask it. Every check is part of the whole report. Liveness is not offered: a
   * dependency that is down is no reason to restart this process.
   *
   * @default ['ready']
   */
  probes?: readonly Exclude<Probe, 'all' | 'live'>[];
  /**
   * Whether the service is unhealthy when this check is. A check that is not critical makes it
   * degraded.
   *
   * @default true
   */
  critical?: boolean;
  /**
   * Milliseconds after which it counts as failed.
   *
   * @default health.timeout
   */
  timeout?: number;
  /**
   * Milliseconds for which its result is given again instead of running it anew.
   *
   * @default health.cacheFor
   */
  cacheFor?: number;
}

/** A check with everything decided. */
export interface RegisteredCheck {
  readonly name: string;
  readonly critical: boolean;
  readonly probes: ReadonlySet<Probe>;
  readonly run: Runner;
}

/** The checks of one service by name. */
export interface CheckRegistry {
  register(name: string, check: Check, options?: CheckOptions): void;
  unregister(name: string): boolean;
  of(probe: Probe): RegisteredCheck[];
}

/** Creates an empty registry. */
export function createCheckRegistry(defaults: {
  timeout: number;
  cacheFor: number;
}): CheckRegistry {
  const checks = new Map<string, RegisteredCheck>();
  return {
    register(name, check, options = {}) {
      refuseInvalid(name, check, options, checks.has(name));
      const { timeout = defaults.timeout, cacheFor = defaults.cacheFor } = options;
      checks.set(name, {
        name,
        critical: options.critical ?? true,
        probes: new Set<Probe>(['all', ...(options.probes ?? ['ready' as const])]),
        run: createRunner(check, timeout, cacheFor),
      });
    },
    unregister: (name) => checks.delete(name),
    of: (probe) => [...checks.values()].filter((check) => check.probes.has(probe)),
  };
}

const OPTIONS = new Set(['probes', 'critical', 'timeout', 'cacheFor']);
const PROBES: readonly unknown[] = ['ready', 'startup'];

function refuseInvalid(name: string, check: Check, options: CheckOptions, taken: boolean): void {
  const refuse = (what: string, expected: string, got: unknown): never => {
    throw new TelltaleError(
      'TELLTALE_INVALID_CHECK',
      `health check ${JSON.stringify(name)}: ${what} must be ${expected}, got ${String(got)}`,
    );
  };
  if (typeof name !== 'string' || !/^[\w.:/ -]{1,64}$/.test(name) || name === '__proto__') {
    refuse('its name', '1 to 64 letters, digits or any of . : / - _', name);
  }
  if (taken) refuse('its name', 'one that is not registered yet', name);
  if (typeof check !== 'function') refuse('the check', 'a function', typeof check);
  for (const key of Object.keys(options)) {
    if (!OPTIONS.has(key)) refuse('an option', [...OPTIONS].join(', '), key);
  }
  for (const probe of options.probes ?? []) {
    if (!PROBES.includes(probe)) refuse('each of its probes', "'ready' or 'startup'", probe);
  }
  for (const key of ['timeout', 'cacheFor'] as const) {
    const value = options[key];
    if (value !== undefined && !(value >= 0 && Number.isFinite(value))) {
      refuse(key, 'a number of milliseconds', value);
    }
  }
}
