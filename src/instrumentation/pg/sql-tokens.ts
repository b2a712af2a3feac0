import { settingReader } from './sql-settings.js';

/** A piece of SQL that says something about a statement's structure. */
export interface SqlToken {
  readonly kind: 'word' | 'quoted' | 'punctuation';
  readonly text: string;
}

/** A text of SQL taken apart. */
export interface SqlTokens {
  readonly tokens: readonly SqlToken[];
  /** The text without comments, and with `?` in place of every value. */
  readonly sanitized: string;
  /** False when the text was too long to be read to its end. */
  readonly whole: boolean;
}

/** As much as is read of one text: what is longer is a list of values and not a statement. */
const LONGEST = 8192;

/**
 * What may come next, the first that fits. What has no end counts as a value to the end of the text,
 * so that a text that was cut shows no half a value.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */
const RULES: readonly (readonly [RegExp, SqlToken['kind'] | 'space' | 'value'])[] = [
  [/[\s\0]+|--[^\n\r]*/y, 'space'],
  [/e'(?:[^'\\]|\\[\s\S]|'')*(?:'|\\?$)/iy, 'value'],
  // Where standard_conforming_strings is off, a string goes on behind a quote with a backslash.
  [/(?:[bxn]|u&)?'(?:[^']|'')*\\'[\s\S]*/iy, 'value'],
  [/(?:[bxn]|u&)?'(?:[^']|'')*(?:'|$)/iy, 'value'],
  [/(\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)[\s\S]*?(?:\1|$)/y, 'value'],
  [/\$\d+/y, 'punctuation'],
  [/(?:u&)?"(?:[^"]|"")*(?:"|$)/iy, 'quoted'],
  [/[a-z_\u0080-\uffff][\w$\u0080-\uffff]*/iy, 'word'],
  [/\.?\d(?:[eE][+-]?\d|[\w.])*/y, 'value'],
  [/[\s\S]/y, 'punctuation'],
];

const VALUE: SqlToken = { kind: 'punctuation', text: '?' };

/** Takes PostgreSQL's SQL apart and leaves out every value that stands in it. */
export function readSql(text: string): SqlTokens {
  const sql = text.slice(0, LONGEST);
  const tokens: SqlToken[] = [];
  const belongsToValue = settingReader();
  let sanitized = '';
  let at = 0;
  while (at < sql.length) {
    const [end, kind] = sql.startsWith('/*', at)
      ? ([endOfComment(sql, at), 'space'] as const)
      : next(sql, at);
    if (kind === 'space') sanitized += /\S$/.test(sanitized) ? ' ' : '';
    else {
      const read = kind === 'value' ? VALUE : { kind, text: sql.slice(at, end) };
      const token = belongsToValue(read) ? VALUE : read;
      tokens.push(token);
      sanitized += token.text;
    }
    at = end;
  }
  return { tokens, sanitized: sanitized.trimEnd(), whole: sql === text };
}

function next(sql: string, at: number): readonly [number, (typeof RULES)[number][1]] {
  for (const [pattern, kind] of RULES) {
    pattern.lastIndex = at;
    if (pattern.test(sql)) return [pattern.lastIndex, kind];
  }
  return [sql.length, 'value'];
}

/** Comments nest. */
function endOfComment(sql: string, start: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = start;
  let depth = 0;
  for (let found = edge.exec(sql); found !== null; found = edge.exec(sql)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return sql.length;
}
