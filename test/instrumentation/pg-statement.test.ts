import { describe, expect, it } from 'vitest';
import { readSql } from '../../src/instrumentation/pg/sql-tokens.js';
import { statementOf } from '../../src/instrumentation/pg/statement.js';

describe('what a statement does', () => {
  // text, summary, operation, the only table
  it.each([
    ['select 1', 'SELECT', 'SELECT', ''],
    ['SELECT * FROM orders', 'SELECT orders', 'SELECT', 'orders'],
    ['select * from only "public"."Order" o', 'SELECT public.Order', 'SELECT', 'public.Order'],
    ['SELECT * FROM songs, artists', 'SELECT songs artists', 'SELECT', ''],
    [
      'SELECT a FROM x JOIN y ON f(x.a, y.b) LEFT JOIN z USING (id) WHERE 1 IN (2, 3) ORDER BY a, b',
      'SELECT x y z',
      'SELECT',
      '',
    ],
    ['SELECT a, b FROM t GROUP BY a, b', 'SELECT t', 'SELECT', 't'],
    [
      'SELECT order_date FROM (SELECT * FROM orders o JOIN customers c ON o.id = c.id) q',
      'SELECT SELECT orders customers',
      'SELECT',
      '',
    ],
    ['SELECT * FROM (a JOIN b ON true), c', 'SELECT c', 'SELECT', ''],
    ['SELECT * FROM t WHERE EXISTS (SELECT 1 FROM t)', 'SELECT t SELECT t', 'SELECT', 't'],
    ['SELECT extract(year FROM made), trim(both FROM x) FROM t', 'SELECT t', 'SELECT', 't'],
    ['SELECT * FROM t WHERE a IS NOT DISTINCT FROM b', 'SELECT t', 'SELECT', 't'],
    ['SELECT * FROM unnest($1::int[]) WITH ORDINALITY, t', 'SELECT t', 'SELECT', 't'],
    ['SELECT * FROM t FOR UPDATE OF t', 'SELECT t', 'SELECT', 't'],
    ['(SELECT 1 FROM a) UNION (SELECT 2 FROM b)', 'SELECT a SELECT b', 'SELECT', ''],
    ['INSERT INTO t (a, b) VALUES ($1, $2)', 'INSERT t', 'INSERT', 't'],
    [
      'INSERT INTO shipping_details SELECT * FROM orders',
      'INSERT shipping_details SELECT orders',
      'INSERT',
      '',
    ],
    [
      "INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET a = 'x' RETURNING id",
      'INSERT t',
      'INSERT',
      't',
    ],
    ['update only t set a = 1 from u where t.id = u.id', 'UPDATE t u', 'UPDATE', ''],
    ['DELETE FROM t USING u WHERE t.id = u.id', 'DELETE t u', 'DELETE', ''],
    [
      'MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = 1 WHEN NOT MATCHED THEN INSERT (a) VALUES (1)',
      'MERGE t s',
      'MERGE',
      '',
    ],
    [
      'WITH a AS (SELECT * FROM x), b (c) AS MATERIALIZED (SELECT 1) SELECT * FROM a, b',
      'SELECT x SELECT SELECT',
      'SELECT',
      'x',
    ],
    [
      'WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT n FROM r) UPDATE t SET n = (SELECT max(n) FROM r)',
      'SELECT SELECT UPDATE t SELECT',
      'UPDATE',
      't',
    ],
    ['BEGIN', 'BEGIN', 'BEGIN', ''],
    ['begin isolation level serializable', 'BEGIN', 'BEGIN', ''],
    ['SAVEPOINT s_1763618400', 'SAVEPOINT', 'SAVEPOINT', ''],
    ['CREATE TABLE IF NOT EXISTS t (a int)', 'CREATE t', 'CREATE', 't'],
    ['CREATE INDEX i ON t (a)', 'CREATE', 'CREATE', ''],
    ['TRUNCATE a, b', 'TRUNCATE a', 'TRUNCATE', ''],
    ['COPY t (a) FROM STDIN', 'COPY t', 'COPY', 't'],
    ['COPY (SELECT 1) TO STDOUT', 'COPY', 'COPY', ''],
    ['BEGIN; INSERT INTO t VALUES (1); COMMIT', 'BEGIN INSERT t COMMIT', '', ''],
    ['SELECT 1 FROM a; SELECT 2 FROM b;', 'SELECT a SELECT b', 'SELECT', ''],
    ['/* app:shop */ -- hello\n SELECT 1 FROM t', 'SELECT t', 'SELECT', 't'],
    ['flurb the table', '', '', ''],
    ['   ', '', '', ''],
    ['', '', '', ''],
  ])('%s', (text, summary, operation, table) => {
    expect(statementOf(text)).toMatchObject({ summary, operation, table });
  });

  it('names no table of a text that it has not read to its end', () => {
    const long = `SELECT * FROM t WHERE id IN (${'1, '.repeat(5000)}1)`;
    expect(statementOf(long)).toMatchObject({ operation: 'SELECT', table: '' });
  });

  it('cuts a long summary between words', () => {
    const tables = Array.from({ length: 100 }, (_, i) => `table_number_${i}`);
    const { summary } = statementOf(`SELECT * FROM ${tables.join(', ')}`);
    expect(summary.length).toBeLessThanOrEqual(255);
    expect(tables).toContain(summary.split(' ').at(-1));
  });

  it('takes anything for a text', () => {
    for (const odd of [undefined, null, 5, {}, Symbol('s')]) {
      expect(statementOf(odd)).toEqual({ operation: '', table: '', summary: '', text: '' });
    }
  });
});

describe('the text of a statement', () => {
  it.each([
    ["SELECT * FROM t WHERE a = 'x' AND b = $1", 'SELECT * FROM t WHERE a = ? AND b = $1'],
    ["SELECT 'it''s', E'a\\'b', U&'\\0061', B'01', x'ff'", 'SELECT ?, ?, ?, ?, ?'],
    ['SELECT 1, -2.5, .5, 1e-9, 0xff, 1_000, a1, t.c2', 'SELECT ?, -?, ?, ?, ?, ?, a1, t.c2'],
    ['SELECT $$a $1 b$$, $tag$ $$ $TAG$ $tag$, "a ""$$"" b"', 'SELECT ?, ?, "a ""$$"" b"'],
    ['SET app.key = secret', 'SET app.key = ?'],
    ["set local a.b to secret, 'x', y", 'set local a.b to ?, ?, ?'],
    ['ALTER ROLE r SET app.key = secret; SELECT a', 'ALTER ROLE r SET app.key = ?; SELECT a'],
    ['SELECT 1; SET a = secret', 'SELECT ?; SET a = ?'],
    ['SET TRANSACTION READ ONLY', 'SET TRANSACTION READ ONLY'],
    ['ALTER TABLE a RENAME TO b', 'ALTER TABLE a RENAME TO b'],
    ['UPDATE t SET a = b', 'UPDATE t SET a = b'],
    ['ALTER TABLE t SET (a = on), ADD b int', 'ALTER TABLE t SET (a = ?), ADD b int'],
    ['SELECT 1 /* secret /* nested */ secret */ , 2 -- secret', 'SELECT ? , ?'],
    ['SELECT *\n\tFROM   t\r\n', 'SELECT * FROM t'],
    ["WHERE a IN (1, 'b', 3) AND b IN ($1, $2)", 'WHERE a IN (?) AND b IN ($1, $2)'],
    ["SELECT 'never ended", 'SELECT ?'],
    ['SELECT $a$ never ended $b$', 'SELECT ?'],
    ['SELECT /* never ended', 'SELECT'],
    // Read in two ways by two settings of the server: neither shows the value.
    ["SELECT 'a\\' secret ', 2", 'SELECT ?'],
  ])('%s', (text, shown) => {
    expect(statementOf(text).text).toBe(shown);
  });

  it('shows no half of a value where it was cut', () => {
    for (let length = 8150; length < 8250; length++) {
      const text = `SELECT '${'a'.repeat(length)} secret', 'secret' FROM t`;
      expect(statementOf(text).text).not.toContain('secret');
    }
  });

  it('is short, whatever comes', () => {
    expect(statementOf(`SELECT ${'a, '.repeat(4000)} b`).text.length).toBeLessThanOrEqual(2048);
  });

  it('is read in time that grows with its length', () => {
    const hostile = ["'", '$a$', '"', '/*', '(', "e'\\", '--', '\\', "''"].map((one) =>
      one.repeat(20_000),
    );
    const started = performance.now();
    for (const text of hostile) readSql(text);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
