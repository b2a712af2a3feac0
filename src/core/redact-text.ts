import { REDACTED, redactParameters, withoutUserinfo } from './redact-url.js';
import { AMBIGUOUS_SECRETS, createKeyTest, SECRET_KEYS, SECRETS } from './secret-key.js';

const isSecret = createKeyTest([]);

const LONGEST = 256;
const READ = 2048;
/** A word that is cut in two is left out when it is no longer than this. */
const LONGEST_WORD = 256;

/** In quotes that may be escaped, as JSON in JSON is, or to the end of the line where they are cut off. */
const QUOTED = String.raw`\[redacted\]|(?<escape>\\*)(?<quote>["'])[^]{0,8192}?(?<!\\)\k<escape>\k<quote>`;
/** What JSON and inspected objects have of a header that there is none of, or several. */
const NONE_OR_SEVERAL = String.raw`(?:null|undefined)(?=\s*[,}])|\[(?:"(?:[^"\\\r\n]|\\.)*",?)*\]`;
const HEADERS = new RegExp(
  String.raw`\b((?:proxy-)?authorization|(?:set-)?cookie)(\\*["']?[ \t]*[=:](?![ \t]*(?:bearer|basic)\b)[ \t]*)(?:${QUOTED}|${NONE_OR_SEVERAL}|[^\r\n]+)`,
  'gi',
);
const ASSIGNED = new RegExp(
  String.raw`\b((?:\w*(?:${SECRETS}|pwd|(?:${AMBIGUOUS_SECRETS})(?=\\*["'=])|${SECRET_KEYS}(?:[-_]|%5F|%2D)?key)|(?:\w*_)?pass)(?:\]|%5D)?\\*["']?[ \t]*[=:][ \t]*)(?:${QUOTED}|\\*["'][^\r\n]*|(?:[^\s,;&"']|["'](?=\w))+)`,
  'gi',
);
const CREDENTIALS = /\b(?:(bearer)\s+(?:[^\s"',;]|["',;](?=\w)){6,}|(basic)\s+[\w.~+/=-]{6,})/gi;
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
  const start = withoutUserinfo(beginning(text, most));
  return (start.includes('%') ? redactParameters(start, isSecret) : start)
    .replace(CREDENTIALS, `$1$2 ${REDACTED}`)
    .replace(HEADERS, `$1$2${REDACTED}`)
    .replace(ASSIGNED, `$1${REDACTED}`);
}

const SPACES = [' ', '\n', '\r', '\t'];

/** No half a word at the end, whose other half would tell that it is a secret. */
function beginning(text: string, most: number): string {
  if (text.length <= most) return text;
  const start = text.slice(0, most).toWellFormed();
  const word = 1 + Math.max(...SPACES.map((space) => start.lastIndexOf(space)));
  return most - word > LONGEST_WORD && !start.includes('://', word) ? start : start.slice(0, word);
}
