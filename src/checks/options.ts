import type { Rule } from '../core/rules.js';
import { TelltaleError } from '../model/errors.js';

export const fn: Rule = {
  expected: 'a function',
  is: (value) => typeof value === 'function',
};

export const port: Rule = {
  expected: 'a port number',
  is: (value) => Number.isInteger(value) && Number(value) > 0 && Number(value) <= 65535,
};

export const milliseconds: Rule = {
  expected: 'a number of milliseconds, 0 or more',
  is: isAmount,
};

/** A number of whatever, 0 or more. */
export function amountOf(what: string): Rule {
  return { expected: `a number of ${what}, 0 or more`, is: isAmount };
}

/**
 * Refuses options of a check that cannot be meant. What is undefined counts as left out.
 *
 * @throws TelltaleError that names the check, the option, what was expected and what was given.
 */
export function refuseInvalid(
  check: string,
  options: object,
  rules: Readonly<Record<string, Rule>>,
  required: readonly string[] = [],
): void {
  if (options === null || typeof options !== 'object') {
    refuse(check, `expected an object of options, got ${shown(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (!Object.hasOwn(rules, key)) {
      refuse(check, `unknown key "${key}". Known keys: ${Object.keys(rules).join(', ')}`);
    }
  }
  for (const [key, rule] of Object.entries(rules)) {
    const value = (options as Record<string, unknown>)[key];
    if (value === undefined ? required.includes(key) : !rule.is(value)) {
      refuse(check, `option ${key}: expected ${rule.expected}, got ${shown(value)}`);
    }
  }
}

/** @throws TelltaleError always. */
export function refuse(check: string, what: string): never {
  throw new TelltaleError('TELLTALE_INVALID_CHECK', `${check} check: ${what}`);
}

/** A value by its kind, and in full only when it can be no secret. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'an empty text' : 'a text';
  if (typeof value === 'function') return 'a function';
  if (value !== null && typeof value === 'object') {
    return Array.isArray(value) ? 'a list' : 'an object';
  }
  return String(value);
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value);
}
