/** A pattern of names of secrets, for the keys of fields as well as for what texts assign to. */
export const SECRETS = 'pass(?:words?|wd|phrases?)|secrets?|token';
/** The same of names that texts also use to speak of something. */
export const AMBIGUOUS_SECRETS = 'jwt|credentials?';
/** What keys that are secret are called by. */
export const SECRET_KEYS = '(?:api|private|access|secret|signing|encryption)';

// By the whole key: `token_count` and `secretary` are no secrets.
const SECRET = new RegExp(
  `^(?:(?:proxy-)?authorization|(?:set-)?cookies?|rawheaders|pass|pwd|.*(?:${SECRETS}|${AMBIGUOUS_SECRETS}|${SECRET_KEYS}[-_]?key))$`,
  'i',
);

const MOST_KNOWN = 2000;
const LONGEST = 256;

/** Says whether a key names a secret. */
export type IsSecret = (key: string) => boolean;

/**
 * Creates a test of keys: the ones that always name a secret, and `more`, which are names in any
 * case, or patterns. Of a key with dots, such as `http.request.header.cookie`, the last part counts
 * as well. Services use the same few keys all the time; what was decided about one is remembered.
 */
export function createKeyTest(more: readonly (string | RegExp)[]): IsSecret {
  const names = new Set(
    more.filter((one) => typeof one === 'string').map((one) => one.toLowerCase()),
  );
  const patterns = more.filter((one) => one instanceof RegExp);
  const known = new Map<string, boolean>();

  function decide(key: string): boolean {
    const name = key.slice(key.lastIndexOf('.') + 1);
    return (
      SECRET.test(name) ||
      names.has(name.toLowerCase()) ||
      names.has(key.toLowerCase()) ||
      // `search` does not move the lastIndex of a pattern with the g flag.
      patterns.some((pattern) => key.search(pattern) !== -1)
    );
  }

  return function isSecret(key) {
    let secret = known.get(key);
    if (secret === undefined) {
      secret = decide(key.slice(-LONGEST));
      if (known.size < MOST_KNOWN) known.set(key, secret);
    }
    return secret;
  };
}
