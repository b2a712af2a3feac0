import type { SqlToken } from './sql-tokens.js';

/** What one statement does. */
export interface SqlSummary {
  /** The verb in capitals; empty when PostgreSQL has no such statement. */
  readonly operation: string;
  /** The tables that are named, each once, as they are written and without quotes. */
  readonly tables: readonly string[];
  /** Whether these are all of them. */
  readonly sure: boolean;
  readonly summary: string;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** What reads and writes rows: these may stand in one another. */
const ROWS = words('SELECT INSERT UPDATE DELETE MERGE');
/** Everything else that a statement can begin with. */
const OTHERS = words(
  `ABORT ALTER ANALYZE BEGIN CALL CHECKPOINT CLOSE CLUSTER COMMENT COMMIT COPY CREATE DEALLOCATE
  DECLARE DISCARD DO DROP END EXECUTE EXPLAIN FETCH GRANT IMPORT LISTEN LOAD LOCK MOVE NOTIFY PREPARE
  REASSIGN REFRESH REINDEX RELEASE RESET REVOKE ROLLBACK SAVEPOINT SECURITY SET SHOW START TABLE
  TRUNCATE UNLISTEN VACUUM VALUES`,
);
/** Of those, the ones that say at once which table they are about. */
const ON_TABLE = words('COPY LOCK TABLE TRUNCATE');
/** And those that are about a table when the word TABLE comes next. */
const ON_ANYTHING = words('ALTER CREATE DROP');
const BEFORE_NAME = words('TABLE ONLY IF NOT EXISTS TEMP TEMPORARY UNLOGGED');
/** Where the list of tables behind FROM ends. */
const END_OF_TABLES = words(
  `WHERE GROUP HAVING WINDOW ORDER LIMIT OFFSET FETCH FOR UNION INTERSECT EXCEPT RETURNING SET WHEN
  VALUES SELECT`,
);

/** A statement, or what stands between brackets. */
interface Level {
  /** Whether it reads or writes rows itself, so that FROM comes before tables. */
  query: boolean;
  /** In WITH, before the verb: the names that are made here are no tables. */
  naming: boolean;
  verb: string;
  inTables: boolean;
}

/** Reads verbs and tables off the tokens of one statement. */
export function summarize(tokens: readonly SqlToken[]): SqlSummary {
  const first = upper(tokens[0]);
  if (OTHERS.has(first)) return summarizeOther(first, tokens);
  const made = new Set<string>();
  const tables = new Set<string>();
  const parts: string[] = [];
  const levels: Level[] = [newLevel()];
  let operation = '';
  let sure = true;

  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as SqlToken;
    const level = levels.at(-1) as Level;
    const word = upper(token);
    if (token.text === '(') levels.push(newLevel());
    else if (token.text === ')') {
      if (levels.length > 1) levels.pop();
    } else if (word === 'WITH' && level.verb === '' && !level.query) {
      level.query = level.naming = true;
      i = name(i + 1);
    } else if (token.text === ',' && level.naming) i = name(i + 1);
    else if (token.text === ',' && level.inTables) i = table(i + 1);
    else if (beginsRows(word, level, tokens[i - 1])) {
      level.query = true;
      level.naming = level.inTables = false;
      level.verb = word;
      if (levels.length === 1 && operation === '') operation = word;
      parts.push(word);
      if (word === 'UPDATE') i = table(i + 1);
    } else if (!level.query) continue;
    else if (word === 'INTO' && level.verb !== 'SELECT') i = table(i + 1);
    else if (leadsToTable(word, level, tokens[i - 1])) {
      level.inTables = true;
      i = table(i + 1);
    } else if (END_OF_TABLES.has(word)) level.inTables = false;
  }
  const [any = ''] = parts;
  return {
    operation: operation || (ROWS.has(any) ? any : ''),
    tables: [...tables],
    sure,
    summary: parts.join(' '),
  };

  /** Notes the name that WITH gives to what follows. Returns where it ends. */
  function name(at: number): number {
    const start = upper(tokens[at]) === 'RECURSIVE' ? at + 1 : at;
    const [end, text] = nameAt(tokens, start);
    if (text !== '') made.add(text);
    return end;
  }

  /** Notes the table that is named at a place, if one is. Returns where the name ends. */
  function table(at: number): number {
    let start = at;
    while (upper(tokens[start]) === 'ONLY' || upper(tokens[start]) === 'LATERAL') start++;
    const [end, text] = nameAt(tokens, start);
    const called = tokens[end + 1]?.text === '(';
    const level = levels.at(-1) as Level;
    if (text === '') sure &&= tokens[start]?.text === '(' && upper(tokens[start + 1]) === 'SELECT';
    else if (!(called && level.inTables) && !made.has(text)) {
      tables.add(text);
      parts.push(text);
    }
    return text === '' ? start - 1 : end;
  }
}

function newLevel(): Level {
  return { query: false, naming: false, verb: '', inTables: false };
}

/** SELECT is a word of its own; the others are also parts of `FOR UPDATE`, `DO UPDATE` and so on. */
function beginsRows(word: string, level: Level, before: SqlToken | undefined): boolean {
  if (word === 'SELECT') return true;
  if (!ROWS.has(word) || level.verb !== '') return false;
  return before === undefined || before.text === '(' || before.text === ')';
}

function leadsToTable(word: string, { verb }: Level, before: SqlToken | undefined): boolean {
  if (word === 'FROM') return upper(before) !== 'DISTINCT';
  return word === 'JOIN' || (word === 'USING' && (verb === 'DELETE' || verb === 'MERGE'));
}

function summarizeOther(operation: string, tokens: readonly SqlToken[]): SqlSummary {
  let at = 1;
  let about = ON_TABLE.has(operation);
  const either = about || ON_ANYTHING.has(operation);
  while (either && BEFORE_NAME.has(upper(tokens[at]))) {
    about = upper(tokens[at++]) === 'TABLE' || about;
  }
  const [end, table] = about ? nameAt(tokens, at) : [at, ''];
  if (table === '') return { operation, tables: [], sure: false, summary: operation };
  const sure = tokens[end + 1]?.text !== ',';
  return { operation, tables: [table], sure, summary: `${operation} ${table}` };
}

/** A name that may have a schema. Returns where it ends, and it. */
function nameAt(tokens: readonly SqlToken[], start: number): readonly [number, string] {
  const parts: string[] = [];
  let at = start;
  for (; ; at += 2) {
    const token = tokens[at];
    if (token === undefined || token.kind === 'punctuation') break;
    parts.push(token.kind === 'quoted' ? unquoted(token.text) : token.text);
    if (tokens[at + 1]?.text !== '.') break;
  }
  return [at, parts.join('.')];
}

function unquoted(text: string): string {
  return text.replace(/^(?:u&)?"|"$/gi, '').replaceAll('""', '"');
}

function upper(token: SqlToken | undefined): string {
  return token?.kind === 'word' ? token.text.toUpperCase() : '';
}
