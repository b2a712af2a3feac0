/** What stands in a log line instead of a secret. */
export const REDACTED = '[redacted]';

// By the whole key: `token_count` and `secretary` are no secrets.
const SECRET =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookie|.*(?:pass(?:word|wd|phrase)|secret|token|(?:api|private)[-_]?key))$/i;

const DEEPEST = 6;

type Fields = Record<string, unknown>;

/**
 * Replaces the values of keys that name a secret, at any depth that a line reasonably has. Fields
 * without secrets, which are nearly all, are given back as they are: looking costs a fraction of
 * what pino's own redaction takes per line.
 */
export function redactSecrets(fields: Fields): Fields {
  return hasSecret(fields, 0) ? (copyWithout(fields, 0) as Fields) : fields;
}

function hasSecret(value: unknown, depth: number): boolean {
  if (!isContainer(value) || depth > DEEPEST) return false;
  for (const key in value) {
    if (isSecret(key) || hasSecret(value[key], depth + 1)) return true;
  }
  return false;
}

function copyWithout(value: unknown, depth: number): unknown {
  if (!isContainer(value) || depth > DEEPEST) return value;
  if (Array.isArray(value)) return value.map((item) => copyWithout(item, depth + 1));
  const copy: Fields = {};
  for (const key of Object.keys(value)) {
    copy[key] = isSecret(key) ? REDACTED : copyWithout(value[key], depth + 1);
  }
  return copy;
}

const known = new Map<string, boolean>();
const MOST_KNOWN = 2000;

/** Services log the same few keys all the time; what was decided about one is remembered. */
function isSecret(key: string): boolean {
  let secret = known.get(key);
  if (secret === undefined) {
    secret = SECRET.test(key);
    if (known.size < MOST_KNOWN) known.set(key, secret);
  }
  return secret;
}

/** Plain objects and lists; anything with a class of its own is left to pino's serializers. */
function isContainer(value: unknown): value is Fields {
  if (value === null || typeof value !== 'object') return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}
