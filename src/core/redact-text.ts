import { REDACTED } from './redact.js';

const LONGEST = 256;
const READ = 2048;

const USERINFO = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s"'<>]*@/gi;
const ASSIGNED =
  /\b((?:\w*(?:password|passwd|passphrase|pwd|secret|token|(?:api|private)[-_]?key)|(?:\w*_)?pass)["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&"']+)/gi;
const CREDENTIALS = /\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]+/g;

/**
 * A text that people may see: without the user and password of a URL, what is assigned to a
 * password, secret, token or key, and credentials of HTTP; on one line, and cut at 256 characters.
 */
export function redactText(text: string): string {
  return beginning(text.replace(CONTROL, ' '))
    .replace(USERINFO, `$1${REDACTED}@`)
    .replace(CREDENTIALS, `$1 ${REDACTED}`)
    .replace(ASSIGNED, `$1${REDACTED}`)
    .slice(0, LONGEST);
}

/** As much as is worth reading, and no half a word, whose other half would tell that it is secret. */
function beginning(text: string): string {
  if (text.length <= READ) return text;
  return text.slice(0, text.lastIndexOf(' ', READ) + 1);
}
