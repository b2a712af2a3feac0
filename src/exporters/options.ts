import type { Rule } from '../core/rules.js';
import { TelltaleError } from '../model/errors.js';

/** A rule for each option. */
export type Fields<Options> = Readonly<Record<keyof Options, Rule>>;

export const milliseconds: Rule = {
  expected: 'a number of milliseconds above 0',
  is: (value) => typeof value === 'number' && value > 0 && Number.isFinite(value),
};

export const texts: Rule = {
  expected: 'an object of texts',
  is: (value) =>
    value !== null &&
    typeof value === 'object' &&
    Object.values(value).every((one) => typeof one === 'string'),
};

export const stream: Rule = {
  expected: 'a writable stream',
  is: (value) => typeof (value as { write?: unknown } | null)?.write === 'function',
};

/** One of a few texts. */
export function oneOf(...values: string[]): Rule {
  return {
    expected: values.map((value) => `'${value}'`).join(' or '),
    is: (value) => values.includes(value as string),
  };
}

/**
 * Refuses options of an exporter that cannot be meant. What is undefined counts as left out.
 *
 * @throws TelltaleError that names the exporter, the option and what was expected.
 */
export function refuseInvalid<Options extends object>(
  exporter: string,
  options: Options,
  fields: Fields<Options>,
): void {
  const known = Object.keys(fields).join(', ');
  for (const [key, value] of Object.entries(options)) {
    const rule = Object.hasOwn(fields, key) ? fields[key as keyof Options] : undefined;
    if (rule === undefined) refuse(exporter, `unknown key "${key}". Known keys: ${known}`);
    else if (value !== undefined && !rule.is(value)) {
      refuse(exporter, `option ${key}: expected ${rule.expected}`);
    }
  }
}

function refuse(exporter: string, what: string): never {
  throw new TelltaleError('TELLTALE_INVALID_OPTION', `${exporter} exporter: ${what}`);
}
