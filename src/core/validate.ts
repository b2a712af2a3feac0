import * as v from 'valibot';
import { TelltaleError } from '../model/errors.js';

// Handed on from here: each `import *` of it in CommonJS copies its three hundred names.
export { v };

/**
 * An object of options. A key that is not one of `entries` is refused, and the nearest known one is
 * named.
 */
export function shape<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.strictObject(entries, (issue) =>
    issue.expected === 'never'
      ? unknownKey(keyOf(issue), Object.keys(entries))
      : 'expected an object of options',
  );
}

/** An object of options, or `false` for off. */
export function shapeOrOff<Schema extends v.GenericSchema>(schema: Schema) {
  return v.lazy((input) => (input === false ? v.literal(false) : schema));
}

/** Anything that `is` says yes to. */
export function only<T>(is: (value: unknown) => boolean, expected: string) {
  return v.custom<T>(is, `expected ${expected}`);
}

/** A function, whose arguments nothing can check. */
export function fn<T>() {
  return only<T>((value) => typeof value === 'function', 'a function');
}

/** A text that is not empty. */
export const text = v.pipe(v.string('expected a text'), v.nonEmpty('expected a text'));

/** A length of time. */
export const milliseconds = only<number>(
  (value) => typeof value === 'number' && value >= 0 && Number.isFinite(value),
  'a number of milliseconds, 0 or more',
);

/** A share of a whole. */
export const ratio = only<number>(
  (value) => typeof value === 'number' && value >= 0 && value <= 1,
  'a number from 0 to 1',
);

/**
 * Holds a value against a schema.
 *
 * @throws TelltaleError that names the option, what was expected and what was given.
 */
export function validate<T>(schema: v.GenericSchema<T>, value: unknown): T {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const isUnknownKey = issue.type === 'strict_object' && issue.expected === 'never';
  const path = isUnknownKey ? parentPath(issue) : (v.getDotPath(issue) ?? '');
  const subject = path === '' ? 'options' : `option ${path}`;
  const got = isUnknownKey ? '' : `, got ${shown(issue.input)}`;
  throw new TelltaleError('TELLTALE_INVALID_OPTION', `${subject}: ${issue.message}${got}`);
}

function keyOf(issue: v.BaseIssue<unknown>): string {
  return String(issue.path?.at(-1)?.key ?? '');
}

function parentPath(issue: v.BaseIssue<unknown>): string {
  return (issue.path ?? [])
    .slice(0, -1)
    .map(({ key }) => String(key))
    .join('.');
}

function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  return `unknown key "${key}"${hint} Known keys: ${known.join(', ')}`;
}

/** The known word that takes the fewest edits, when those are few enough to be a slip. */
function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let fewest = Math.max(2, Math.floor(word.length / 2)) + 1;
  for (const candidate of known) {
    const count = edits(word.toLowerCase(), candidate.toLowerCase());
    if (count < fewest) {
      best = candidate;
      fewest = count;
    }
  }
  return best;
}

/** Levenshtein's distance, a row at a time. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

/** A value in a few words, for a message that refuses it. */
export function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (value !== null && typeof value === 'object') {
    return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
  }
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : String(value);
}
