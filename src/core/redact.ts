import { createErrorRedactor, type ErrorLimits, isError } from './redact-error.js';
import { withoutSecrets } from './redact-text.js';
import { mayBeUrl, REDACTED, redactUrls } from './redact-url.js';
import { createKeyTest, type IsSecret } from './secret-key.js';

type Fields = Record<string, unknown>;

/** Takes secrets out of what is written down. Nothing here throws, whatever it is given. */
export interface Redactor {
  /** Whether a key names a secret. */
  readonly isSecret: IsSecret;
  /**
   * Fields without the values of keys that name a secret, at any depth, without users, passwords and
   * secret parameters in URLs, and with clean errors. Fields without any of these, which are nearly
   * all, are given back as they are.
   *
   * @param serialized has a member for each key whose value is left as it is, unless it is an error,
   *   because what will be written instead is looked at later.
   */
  fields(fields: Fields, serialized?: Readonly<Fields>): Fields;
  /** The same for a value that stands by itself. */
  value(value: unknown): unknown;
  /** The same for what was thrown: an error of the same class, or a value of the same kind. */
  error(error: unknown): unknown;
  /** The same for what a serializer has made of an error. */
  serialized(value: unknown): unknown;
}

/** Deeper values, and beyond so many, are looked at with the care that cycles take. */
const DEEPEST = 6;
const MOST = 2000;
/** Values deeper than this, and beyond so many, are not written. */
const DEEPEST_COPY = 50;
const MOST_COPIED = 20_000;
/** Their texts take as long to look through as so many other values. */
const COST_OF_ERROR = 50;
const LONGEST_TEXT = 2048;

const LIMITS: ErrorLimits = { message: 2048, stack: 8192, member: 2048, errors: 16 };
/** Of a line that is limited itself, and of one that is still too long then. */
const BRIEF: ErrorLimits = { message: 256, stack: 1200, member: 256, errors: 4 };
const BRIEFEST: ErrorLimits = { message: 256, stack: 600, member: 0, errors: 1 };

const CUT = '[cut]';
const CIRCULAR = '[Circular]';
const UNREADABLE = '[unreadable]';

/**
 * Creates what takes secrets out.
 *
 * @param keys names of secrets, in any case, and patterns of them, beside those that always are.
 */
export function createRedactor(
  keys: readonly (string | RegExp)[] = [],
  limits: ErrorLimits = LIMITS,
): Redactor {
  const isSecret = createKeyTest(keys);
  const redactError = createErrorRedactor(
    (key, value) => (isSecret(key) ? REDACTED : copyOf(value, textOfError)),
    limits,
  );
  const ancestors = new Set<object>();
  let left = 0;

  function isHarmless(value: unknown, depth: number): boolean {
    if (typeof value === 'string') return !mayBeUrl(value);
    if (value === null || typeof value !== 'object' || isOpaque(value)) return true;
    if (depth > DEEPEST || --left < 0) return false;
    if (Array.isArray(value)) return value.every((item) => isHarmless(item, depth + 1));
    if (isError(value) || typeof (value as Fields).toJSON === 'function') return false;
    for (const key in value) {
      if (isSecret(key) || !isHarmless((value as Fields)[key], depth + 1)) return false;
    }
    return true;
  }

  function text(value: string): string {
    return mayBeUrl(value) ? redactUrls(value, isSecret) : value;
  }

  function copyOf(value: unknown, textOf: (text: string) => string): unknown {
    if (typeof value === 'string') return textOf(value);
    if (value === null || typeof value !== 'object') return value;
    try {
      if (isOpaque(value)) return value;
      if (ancestors.has(value)) return CIRCULAR;
      left -= isError(value) ? COST_OF_ERROR : 1;
      if (ancestors.size > DEEPEST_COPY || left < 0) return CUT;
      return within(value, textOf);
    } catch {
      return UNREADABLE;
    }
  }

  function within(value: object, textOf: (text: string) => string): unknown {
    ancestors.add(value);
    try {
      return isError(value) ? redactError(value) : copyObject(value as Fields, textOf);
    } finally {
      ancestors.delete(value);
    }
  }

  function copyObject(value: Fields, textOf: (text: string) => string): unknown {
    if (typeof value.toJSON === 'function') {
      const json: unknown = value.toJSON('');
      return json === value ? copyMembers(value, textOf) : copyOf(json, textOf);
    }
    if (Array.isArray(value)) return value.map((item) => copyOf(item, textOf));
    return copyMembers(value, textOf);
  }

  function copyMembers(value: Fields, textOf: (text: string) => string): Fields {
    const copy: Fields = {};
    for (const key of Object.keys(value)) {
      if (key !== '__proto__') copy[key] = isSecret(key) ? REDACTED : memberOf(value, key, textOf);
    }
    return copy;
  }

  function memberOf(value: Fields, key: string, textOf: (text: string) => string): unknown {
    try {
      return copyOf(value[key], textOf);
    } catch {
      return UNREADABLE;
    }
  }

  function isClean(fields: Fields, serialized: Readonly<Fields>): boolean {
    for (const key in fields) {
      if (isSecret(key)) return false;
      const value = fields[key];
      if (serialized[key] === undefined ? !isHarmless(value, 1) : isError(value)) return false;
    }
    return fields.err == null && fields.error == null;
  }

  function cleanField(fields: Fields, key: string, serialized: Readonly<Fields>): unknown {
    if (isSecret(key)) return REDACTED;
    if (key === 'err' || key === 'error') return memberOf(fields, key, textOfError);
    if (serialized[key] !== undefined && !isError(fields[key])) return fields[key];
    return memberOf(fields, key, text);
  }

  return {
    isSecret,
    error(error) {
      left = MOST;
      return copyOf(error, textOfError);
    },
    value(value) {
      left = MOST_COPIED;
      return copyOf(value, text);
    },
    serialized(value) {
      left = MOST_COPIED;
      return copyOf(value, textOfSerialized);
    },
    fields(fields, serialized = NONE) {
      left = MOST;
      try {
        if (isClean(fields, serialized)) return fields;
      } catch {
        // Copied member by member, the rest of it can be read.
      }
      left = MOST_COPIED;
      const copy: Fields = {};
      for (const key of Object.keys(fields)) copy[key] = cleanField(fields, key, serialized);
      return copy;
    },
  };
}

const NONE: Readonly<Fields> = Object.freeze({ __proto__: null });

function textOfError(text: string): string {
  return withoutSecrets(text, LONGEST_TEXT);
}

/** Stacks are among them. */
function textOfSerialized(text: string): string {
  return withoutSecrets(text, LIMITS.stack);
}

/** What JSON writes as one value. */
function isOpaque(value: object): boolean {
  return (
    value instanceof Date ||
    ArrayBuffer.isView(value) ||
    value instanceof String ||
    value instanceof Number ||
    value instanceof Boolean
  );
}

/** By the keys that always name a secret. */
export const standardRedactor = createRedactor();

/** {@link Redactor.fields}, by the keys that always name a secret. */
export const redactSecrets = standardRedactor.fields;

/** {@link Redactor.error}, by the keys that always name a secret. */
export const redactError = standardRedactor.error;

const [brief, briefest] = [createRedactor([], BRIEF), createRedactor([], BRIEFEST)];

/** What was thrown in three lengths, the longest first, for whoever has not much room. */
export function* limitedErrors(error: unknown): Generator<unknown> {
  const clean = brief.error(error);
  yield typeof clean === 'string' ? clean.slice(0, BRIEF.message) : clean;
  yield isError(error) ? briefest.error(error) : CUT;
  yield CUT;
}
