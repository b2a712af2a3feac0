/** What stands in the place of a secret. */
export const REDACTED = '[redacted]';

const LONGEST = 256;
const READ = 2048;
/** A word that is cut in two is left out when it is no longer than this. */
const LONGEST_WORD = 256;

const HEADERS =
  /\b((?:proxy-)?authorization|(?:set-)?cookie)(\\*["']?[ \t]*[=:](?![ \t]*(?:bearer|basic)\b)[ \t]*)("[^"]*"|'[^']*'|[^\r\n"']+)/gi;
const ASSIGNED =
  /\b((?:\w*(?:password|passwd|passphrase|pwd|secret|token|(?:api|private|access)[-_]?key)|(?:\w*_)?pass)\\*["']?[ \t]*[=:][ \t]*)(\\*"[^"]*"|'[^']*'|[^\s,;&"']+)/gi;
const CREDENTIALS = /\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]+/g;

/**
 * A text that people may see: without the user and password of a URL, what is assigned to a
 * password, secret, token or key, and credentials of HTTP; on one line, and cut at 256 characters.
 */
export function redactText(text: string): string {
  return withoutSecrets(text.slice(0, READ + 1).replace(CONTROL, ' '), READ).slice(0, LONGEST);
}

/** The same on as many lines as it has, and no longer than `most` characters or so. */
export function withoutSecrets(text: string, most: number): string {
  return withoutUserinfo(beginning(text, most))
    .replace(CREDENTIALS, `$1 ${REDACTED}`)
    .replace(HEADERS, `$1$2${REDACTED}`)
    .replace(ASSIGNED, `$1${REDACTED}`);
}

/** No half a word at the end, whose other half would tell that it is a secret. */
function beginning(text: string, most: number): string {
  if (text.length <= most) return text;
  const start = text.slice(0, most);
  const word = start.search(/\S*$/);
  return most - word > LONGEST_WORD && !start.includes('://', word) ? start : start.slice(0, word);
}

/** Whether there may be a secret in a text that is an address, or has one in it. */
export function mayBeUrl(text: string): boolean {
  return text.includes('://') || (text.charCodeAt(0) === SLASH && text.includes('?'));
}

const SLASH = 47;
const PARAMETER = /([?&;])([^=&;#\s"'<>]{1,100})=([^&;#\s"'<>]+)/g;

/** A text whose addresses have no user and password, and no secrets in their queries. */
export function redactUrls(text: string, isSecret: (key: string) => boolean): string {
  return withoutUserinfo(text).replace(PARAMETER, (parameter, before, key) =>
    isSecret(key) ? `${before}${key}=${REDACTED}` : parameter,
  );
}

const REST_OF_WORD = /[^\s"'<>]*/y;

/** A text whose addresses have no user and password. Patterns that look for an `@` take quadratic time. */
export function withoutUserinfo(text: string): string {
  let result = '';
  let done = 0;
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', done)) {
    const begin = at + 3;
    REST_OF_WORD.lastIndex = begin;
    REST_OF_WORD.test(text);
    const end = REST_OF_WORD.lastIndex;
    const word = text.slice(begin, end);
    const length = userinfoLength(word);
    result += text.slice(done, begin) + (length > 0 ? REDACTED : '') + word.slice(length);
    done = end;
  }
  return done === 0 ? text : result + text.slice(done);
}

const NAME_OF_HOST = /^[\w.-]*(?:[/?#]|$)/;

/** Passwords are not always encoded: the last `@` ends them, whatever else they hold. */
function userinfoLength(word: string): number {
  return NAME_OF_HOST.test(word) ? 0 : Math.max(0, word.lastIndexOf('@'));
}
