import { types } from 'node:util';
import { read } from './read.js';
import { withoutSecrets } from './redact-text.js';

/** How much of an error there is to be: of texts in characters, of errors that belong to it in all. */
export interface ErrorLimits {
  readonly message: number;
  readonly stack: number;
  /** Of members that are texts; at 0 there are no members. */
  readonly member: number;
  readonly errors: number;
}

interface Made {
  /** Who need not look at it again: another may know more keys. */
  readonly by: ErrorRedactor;
  readonly original: Error;
}

/** Errors that were made here. */
const made = new WeakMap<object, Made>();

/** The error that this one was made of, or else itself. */
export function originalOf(error: Error): Error {
  let original = error;
  for (let of = made.get(error); of !== undefined; of = made.get(original)) original = of.original;
  return original;
}

/** Whether a value is an error, of this or another realm. */
export function isError(value: unknown): value is Error {
  // Most values are none, and the second question costs more than all others.
  if (typeof value !== 'object' || value === null) return false;
  return value instanceof Error || types.isNativeError(value);
}

/** The same, or the copy of one: of what another realm has made, only the original is known by itself. */
export function isErrorOrCopy(value: unknown): value is Error {
  return isError(value) || (typeof value === 'object' && value !== null && made.has(value));
}

/** Makes errors that say the same without secrets. */
export type ErrorRedactor = (error: Error) => Error;

/**
 * Creates a maker of errors that may be written down: of the same class, with the same members,
 * whose texts are without secrets and of a reasonable length, and with so many causes and parts at
 * most. Whatever looks at errors goes on working.
 *
 * @param cleanValue is what becomes of a member that is neither text nor error.
 */
export function createErrorRedactor(
  cleanValue: (key: string, value: unknown) => unknown,
  limits: ErrorLimits,
): ErrorRedactor {
  return function redactError(error) {
    if (made.get(error)?.by === redactError) return error;
    const copied = new Set<Error>();

    function copyOf(original: Error): Error | undefined {
      if (made.get(original)?.by === redactError) return original;
      // Serializers follow the parts of an error without looking out for cycles.
      if (copied.has(original) || copied.size >= limits.errors) return undefined;
      const copy: Error = Object.create(prototypeOf(original));
      copied.add(original);
      made.set(copy, { by: redactError, original });
      text('message', limits.message);
      text('stack', limits.stack);
      text('name', limits.message);
      // By it serializers name the class, where it is not the prototype's.
      if (hasOwn(original, 'constructor')) hide('constructor', read(original, 'constructor'));
      const cause = read(original, 'cause');
      if (cause !== undefined && typeof cause !== 'function')
        hide('cause', cleaned('cause', cause));
      const errors = read(original, 'errors');
      if (Array.isArray(errors)) hide('errors', cleanedAll(errors));
      if (limits.member > 0) for (const key of keysOf(original)) show(key);
      return copy;

      function text(key: string, most: number): void {
        const value = read(original, key);
        if (typeof value === 'string') hide(key, withoutSecrets(value, most));
      }

      function hide(key: string, value: unknown): void {
        Object.defineProperty(copy, key, { value, writable: true, configurable: true });
      }

      function show(key: string): void {
        const value = Object.hasOwn(copy, key)
          ? copy[key as keyof Error]
          : cleaned(key, read(original, key));
        const how = { value, enumerable: true, writable: true, configurable: true };
        Object.defineProperty(copy, key, how);
      }
    }

    function cleaned(key: string, value: unknown): unknown {
      if (isError(value)) return copyOf(value);
      const result = cleanValue(key, value);
      return typeof result === 'string' ? withoutSecrets(result, limits.member) : result;
    }

    function cleanedAll(errors: readonly unknown[]): unknown[] {
      return errors.slice(0, limits.errors).flatMap((one, i) => cleaned(String(i), one) ?? []);
    }

    return copyOf(error) ?? error;
  };
}

function hasOwn(error: Error, key: string): boolean {
  try {
    return Object.hasOwn(error, key);
  } catch {
    return false;
  }
}

function prototypeOf(error: Error): object {
  try {
    return Object.getPrototypeOf(error) ?? Error.prototype;
  } catch {
    return Error.prototype;
  }
}

/** Inherited ones as well: getters of a class work on its own instances only. */
function keysOf(error: Error): string[] {
  const keys: string[] = [];
  try {
    for (const key in error) keys.push(key);
  } catch {
    // An error that cannot be looked at has nothing more to tell.
  }
  return keys;
}
