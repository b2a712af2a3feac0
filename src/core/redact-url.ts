import type { IsSecret } from './secret-key.js';

/** What stands in the place of a secret. */
export const REDACTED = '[redacted]';

/** Whether there may be a secret in a text that is an address, or has one in it. */
export function mayBeUrl(text: string): boolean {
  if (text.includes('://')) return true;
  // Most texts have none, and so are read twice in all.
  return text.includes('=') && text.includes('/') && (text.includes('?') || text.includes('#'));
}

/** A text whose addresses have no user and password, and no secrets in their parameters. */
export function redactUrls(text: string, isSecret: IsSecret): string {
  return redactParameters(withoutUserinfo(text), isSecret);
}

// A group that is repeated for each character would exhaust the stack.
const PARAMETER =
  /([?&;#])([^?=&;#\s"'<>]{1,100})=(?=[^&;#\s"'<>]|'\w)[^&;#\s"'<>]*(?:'(?=\w)[^&;#\s"'<>]*){0,1000}/g;

/** A text without what follows a name that is a secret's. */
export function redactParameters(text: string, isSecret: IsSecret): string {
  return text.replace(PARAMETER, (parameter, before, name) =>
    isSecretName(name, isSecret) ? `${before}${name}=${REDACTED}` : parameter,
  );
}

const ENCODED = /%([0-9a-f]{2})/gi;

/** Names may be encoded, and paths such as `user[password]`. */
function isSecretName(name: string, isSecret: IsSecret): boolean {
  if (isSecret(name)) return true;
  if (!name.includes('%') && !name.includes('[')) return false;
  // `decodeURIComponent` throws, for which a hostile address would find many occasions.
  return name
    .replace(ENCODED, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
    .split(/[[\]]+/)
    .some((part) => part !== '' && isSecret(part));
}

const REST_OF_WORD = /[^\s"'<>]*/y;

/** A text whose addresses have no user and password. Patterns that look for an `@` take quadratic time. */
export function withoutUserinfo(text: string): string {
  const nextAt = finder(text, /@/g);
  const nextSpace = finder(text, /\s/g);
  let result = '';
  let done = 0;
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', done)) {
    const begin = at + 3;
    let end = endOfWord(text, begin);
    let length = userinfoLength(text.slice(begin, end));
    if (length === 0 && mayGoOn(text, begin, end) && nextAt(end) < nextSpace(end)) {
      end = endOfWord(text, nextAt(end));
      length = text.lastIndexOf('@', end) - begin;
    }
    result +=
      text.slice(done, begin) + (length > 0 ? REDACTED : '') + text.slice(begin + length, end);
    done = end;
  }
  return done === 0 ? text : result + text.slice(done);
}

function endOfWord(text: string, begin: number): number {
  REST_OF_WORD.lastIndex = begin;
  REST_OF_WORD.test(text);
  return REST_OF_WORD.lastIndex;
}

/** Finds what comes next. Asked from ever later places, it reads the text once in all. */
function finder(text: string, pattern: RegExp): (from: number) => number {
  let found = -1;
  return function next(from) {
    if (found < from) {
      pattern.lastIndex = from;
      found = pattern.exec(text)?.index ?? text.length;
    }
    return found;
  };
}

const NAME_OF_HOST = /^[\w.-]*(?:[/?#]|$)/;

/** Passwords are not always encoded: the last `@` ends them, whatever else they hold. */
function userinfoLength(word: string): number {
  return NAME_OF_HOST.test(word) ? 0 : Math.max(0, word.lastIndexOf('@'));
}

const HOST = /^(?:[\w.-]*|\[[\w.:]*\])(?::\d*)?(?:[/?#]|$)/;
const WHOLE_HOST = /^[\w.-]*(?::\d*)?$/;
const IN_WORD = /["']\w/y;
/** Between one text of JSON and the next, be it JSON in JSON. */
const BETWEEN_TEXTS = /(["'])(?:[}\]]+,|[,:]\\*\1)/y;

/** Whether a quote that ended an address may be one of its password: encoding leaves `'` as it is. */
function mayGoOn(text: string, begin: number, end: number): boolean {
  const word = text.slice(begin, end);
  BETWEEN_TEXTS.lastIndex = end;
  if (BETWEEN_TEXTS.test(text)) return false;
  if (!HOST.test(word)) return true;
  IN_WORD.lastIndex = end;
  return WHOLE_HOST.test(word) && IN_WORD.test(text);
}
