import { summarize } from './sql-summary.js';
import { readSql, type SqlToken } from './sql-tokens.js';

/** What a text of SQL does, as far as it is sure. */
export interface Statement {
  /** The verb in capitals; empty when there are several statements with different ones, or none. */
  readonly operation: string;
  /** The table, when exactly one is used; otherwise empty. */
  readonly table: string;
  /** Verbs and tables in their order, such as `SELECT orders customers`. */
  readonly summary: string;
  /** The text without its values. */
  readonly text: string;
}

/** As many as an application that keeps its values apart from its statements will ever have. */
const MOST_KEPT = 500;
/** Texts that long are put together from values, and come once. */
const LONGEST_KEPT = 2048;
const LONGEST_TEXT = 2048;

const NONE: Statement = { operation: '', table: '', summary: '', text: '' };
const known = new Map<string, Statement>();

/** Reads a statement, or remembers it. */
export function statementOf(text: unknown): Statement {
  if (typeof text !== 'string' || text === '') return NONE;
  const found = known.get(text);
  if (found !== undefined) return found;
  const statement = read(text);
  if (text.length > LONGEST_KEPT) return statement;
  if (known.size >= MOST_KEPT) known.delete(known.keys().next().value as string);
  known.set(text, statement);
  return statement;
}

function read(text: string): Statement {
  const { tokens, sanitized, whole } = readSql(text);
  const statements = split(tokens).map(summarize);
  const [one] = statements;
  const isSure = whole && statements.length === 1 && one?.sure && one.tables.length === 1;
  return {
    operation: statements.every(({ operation }) => operation === one?.operation)
      ? (one?.operation ?? '')
      : '',
    table: (isSure && one.tables[0]) || '',
    summary: cut(statements.map(({ summary }) => summary).join(' ')),
    // However many values a list has, it is the same statement.
    text: sanitized.replace(/\(\s*\?(?:\s*,\s*\?)+\s*\)/g, '(?)').slice(0, LONGEST_TEXT),
  };
}

function split(tokens: readonly SqlToken[]): SqlToken[][] {
  const statements: SqlToken[][] = [[]];
  for (const token of tokens) {
    if (token.text === ';') statements.push([]);
    else statements.at(-1)?.push(token);
  }
  return statements.filter((statement) => statement.length > 0);
}

const LONGEST_SUMMARY = 255;

/** At the end of a word, as the convention wants it. */
function cut(summary: string): string {
  if (summary.length <= LONGEST_SUMMARY) return summary;
  const end = summary.lastIndexOf(' ', LONGEST_SUMMARY);
  return summary.slice(0, end === -1 ? LONGEST_SUMMARY : end);
}
