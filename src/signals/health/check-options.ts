import { LONGEST_TIMER_MS } from '../../core/deadline.js';
import type { Check, HealthStatus, Probe } from '../../model/check.js';
import { TelltaleError } from '../../model/errors.js';
import { isStatus } from './result.js';

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
   * Milliseconds after which it counts as failed. Without an `interval` it is no longer than
   * `health.timeout`, the time for the whole report.
   *
   * @default health.timeout
   */
  timeout?: number;
  /**
   * Milliseconds between runs in the background, up to a tenth shorter so that many checks do not
   * run at the same moment. Probes then only read the last result, and it is `unknown` before the
   * first and when it is older than three intervals and the timeout.
   *
   * @default it runs when a probe asks
   */
  interval?: number;
  /**
   * Milliseconds for which its result is given again instead of running it anew.
   *
   * @default health.cacheFor
   */
  cacheFor?: number;
  /**
   * How many results in a row must be worse before its status gets worse.
   *
   * @default 1
   */
  failAfter?: number;
  /**
   * How many results in a row must be better before its status gets better.
   *
   * @default 1
   */
  recoverAfter?: number;
  /**
   * Names of checks, registered now or later, without which this one makes no sense. Unless all of
   * them are healthy or degraded it is not run, and is `unknown`.
   *
   * @default []
   */
  dependsOn?: readonly string[];
  /**
   * Its status before the first result. `unknown` and critical is not ready; `failAfter` and
   * `recoverAfter` hold on to any other.
   *
   * @default 'unknown'
   */
  initial?: HealthStatus;
  /**
   * What kind of thing is checked, in the words of `application/health+json`.
   *
   * @default what the check says of itself, otherwise 'component'
   */
  componentType?: NonNullable<Check['componentType']>;
}

const LONGEST_NAME = 64;
/** What the report says of the service itself. */
const TAKEN: readonly string[] = ['shutdown', 'started', '__proto__'];
const PROBES: readonly unknown[] = ['ready', 'startup'];
const COMPONENTS: readonly unknown[] = ['component', 'datastore', 'system'];

type Is = (value: unknown) => boolean;

const isDuration: Is = (value) =>
  typeof value === 'number' && value >= 0 && value <= LONGEST_TIMER_MS;
const isLength: Is = (value) => isDuration(value) && value !== 0;
const isCount: Is = (value) => Number.isInteger(value) && Number(value) >= 1;
const isListOf =
  (isOne: Is): Is =>
  (value) =>
    Array.isArray(value) && value.every(isOne);

const EXPECTED: Readonly<Record<keyof CheckOptions, readonly [Is, string]>> = {
  probes: [isListOf((one) => PROBES.includes(one)), "a list of 'ready' or 'startup'"],
  critical: [(value) => typeof value === 'boolean', 'true or false'],
  timeout: [isLength, 'a number of milliseconds above 0'],
  interval: [isLength, 'a number of milliseconds above 0'],
  cacheFor: [isDuration, 'a number of milliseconds'],
  failAfter: [isCount, 'a whole number above 0'],
  recoverAfter: [isCount, 'a whole number above 0'],
  dependsOn: [isListOf(isName), 'a list of names of checks'],
  initial: [isStatus, "'healthy', 'degraded', 'unhealthy' or 'unknown'"],
  componentType: [(value) => COMPONENTS.includes(value), "'component', 'datastore' or 'system'"],
};

/**
 * Refuses a registration that cannot be meant.
 *
 * @throws TelltaleError that names the check, what was expected and what came.
 */
export function refuseInvalid(name: string, check: Check, options: CheckOptions): void {
  if (!isName(name))
    refuse(name, 'its name', '1 to 64 letters, digits, spaces or any of . : / - _', name);
  if (TAKEN.includes(name)) refuse(name, 'its name', `other than ${TAKEN.join(', ')}`, name);
  if (typeof check !== 'function') refuse(name, 'the check', 'a function', typeof check);
  if (options === null || typeof options !== 'object') {
    refuse(name, 'its options', 'an object', options);
  }
  for (const [key, value] of Object.entries(options)) {
    if (!Object.hasOwn(EXPECTED, key)) {
      refuse(name, 'an option', Object.keys(EXPECTED).join(', '), key);
    }
    const [is, expected] = EXPECTED[key as keyof CheckOptions];
    if (value !== undefined && !is(value)) refuse(name, key, expected, value);
  }
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value.length <= LONGEST_NAME && /^[\w.:/ -]+$/.test(value);
}

/** @throws TelltaleError always. */
export function refuse(name: unknown, what: string, expected: string, got: unknown): never {
  const called = typeof name === 'string' ? JSON.stringify(name) : shown(name);
  throw new TelltaleError(
    'TELLTALE_INVALID_CHECK',
    `health check ${called}: ${what} must be ${expected}, got ${shown(got)}`,
  );
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(String).join(', ')}]`;
  return value !== null && typeof value === 'object' ? 'an object' : String(value);
}
