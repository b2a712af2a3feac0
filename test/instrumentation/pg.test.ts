import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import {
  ATTR_DB_COLLECTION_NAME,
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_RESPONSE_STATUS_CODE,
  ATTR_DB_SYSTEM_NAME,
  ATTR_ERROR_TYPE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  DB_SYSTEM_NAME_VALUE_POSTGRESQL,
  METRIC_DB_CLIENT_OPERATION_DURATION,
} from '@opentelemetry/semantic-conventions';
import pg from 'pg';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { dbQuery } from '../../src/catalog/db.js';
import { TelltaleError } from '../../src/index.js';
import { pg as instrumented } from '../../src/instrumentation/pg.js';
import type { SpanMemory } from '../support/span-memory.js';
import { until } from '../support/until.js';
import { givenBack } from './given-back.js';
import { type Watched, watch } from './watched.js';

const { host, port } = inject('postgres');
const { after, poolOf, clientOf } = givenBack(afterEach);

function watched(...args: Parameters<typeof watch>): Watched {
  const made = watch(...args);
  after.push(made.stop);
  return made;
}

/** Its own name, so that no other test uses the table. */
async function tableOf(pool: pg.Pool, name: string): Promise<void> {
  await pool.query(`CREATE TABLE IF NOT EXISTS ${name} (id int PRIMARY KEY, note text)`);
  after.push(() => pool.query(`DROP TABLE IF EXISTS ${name}`));
}

describe('a span per query', () => {
  it('names what stable conventions name, below whatever asks', async () => {
    const pool = poolOf();
    await tableOf(pool, 'notes_a');
    const { monitoring, memory, stop } = watched(pool);
    await monitoring.trace('request', () =>
      pool.query("SELECT note FROM notes_a WHERE id = $1 AND note <> 'secret'", [1]),
    );
    await stop();
    const request = memory.named('request');
    const span = memory.named('SELECT notes_a');
    expect(span.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
    expect(span.spanContext().traceId).toBe(request.spanContext().traceId);
    expect(span.kind).toBe(SpanKind.CLIENT);
    expect(span.status).toEqual({ code: SpanStatusCode.UNSET });
    expect(span.attributes).toEqual({
      [ATTR_DB_SYSTEM_NAME]: DB_SYSTEM_NAME_VALUE_POSTGRESQL,
      [ATTR_DB_NAMESPACE]: 'postgres',
      [ATTR_DB_OPERATION_NAME]: 'SELECT',
      [ATTR_DB_COLLECTION_NAME]: 'notes_a',
      [ATTR_DB_QUERY_SUMMARY]: 'SELECT notes_a',
      [ATTR_DB_QUERY_TEXT]: 'SELECT note FROM notes_a WHERE id = $1 AND note <> ?',
      [ATTR_SERVER_ADDRESS]: host,
      [ATTR_SERVER_PORT]: port,
    });
    expect(METRIC_DB_CLIENT_OPERATION_DURATION).toBe(`${dbQuery.name}.duration`);
  });

  it('has no text when told so, and is there outside of any request', async () => {
    const pool = poolOf();
    const { memory, stop } = watched(pool, { queryText: false });
    await pool.query('SELECT 1');
    await stop();
    const span = memory.named('SELECT');
    expect(span.parentSpanContext).toBeUndefined();
    expect(span.attributes).not.toHaveProperty([ATTR_DB_QUERY_TEXT]);
  });

  it('has the code of an error, which comes to the application as it is', async () => {
    const pool = poolOf();
    await tableOf(pool, 'notes_b');
    const { monitoring, memory, sink, samples, stop } = watched(pool);
    await pool.query('INSERT INTO notes_b VALUES (1)');
    const insert = () => pool.query('INSERT INTO notes_b VALUES ($1)', [1]);
    const error = await monitoring.trace('request', async () => {
      return insert().catch((reason: unknown) => reason);
    });
    expect(error).toBeInstanceOf(pg.DatabaseError);
    expect(error).toMatchObject({ code: '23505', constraint: 'notes_b_pkey' });
    const counted = await samples('db_client_operation_duration_seconds');
    expect(counted).toContain(
      'db_client_operation_duration_seconds_count{system="postgresql",database="postgres",operation="INSERT",table="notes_b",error="23"} 1',
    );
    expect(counted).toContain(
      'db_client_operation_duration_seconds_count{system="postgresql",database="postgres",operation="INSERT",table="notes_b"} 1',
    );
    await stop();
    const span = memory.spans.find(
      ({ name, status }) => name === 'INSERT notes_b' && status.code === SpanStatusCode.ERROR,
    );
    expect(span?.attributes).toMatchObject({
      [ATTR_DB_RESPONSE_STATUS_CODE]: '23505',
      [ATTR_ERROR_TYPE]: '23505',
    });
    expect(span?.events.map(({ name }) => name)).toEqual(['exception']);
    const lines = sink.lines.filter(({ level }) => level === 50);
    expect(lines).toMatchObject([
      { msg: 'INSERT notes_b', trace_id: span?.spanContext().traceId, error: '23' },
    ]);
  });

  it('is one per statement of a transaction, of a client that the pool has lent', async () => {
    const pool = poolOf();
    await tableOf(pool, 'notes_c');
    const { monitoring, memory, stop } = watched(pool);
    await monitoring.trace('request', async () => {
      const client = await pool.connect();
      await client.query('BEGIN');
      await client.query({ name: 'add', text: 'INSERT INTO notes_c VALUES ($1)', values: [1] });
      await client.query({ name: 'add', text: 'INSERT INTO notes_c VALUES ($1)', values: [2] });
      await client.query('COMMIT');
      client.release();
    });
    expect((await pool.query('SELECT count(*)::int AS n FROM notes_c')).rows).toEqual([{ n: 2 }]);
    await stop();
    expect(childrenOf(memory, 'request').map(({ name }) => name)).toEqual([
      'BEGIN',
      'INSERT notes_c',
      'INSERT notes_c',
      'COMMIT',
    ]);
  });

  it('is there for what the application asks of a connection when it is new', async () => {
    const pool = poolOf();
    pool.on('connect', (client) => void client.query("SET application_name = 'shop'"));
    const { memory, stop } = watched(pool);
    await pool.query('SELECT 1');
    await stop();
    expect(memory.named('SET').attributes[ATTR_DB_QUERY_TEXT]).toBe('SET application_name = ?');
  });

  it('is there for a client of its own, and for one that asks without a connection', async () => {
    const client = clientOf();
    const { memory, stop } = watched(client);
    const early = client.query('SELECT 1 AS n');
    await client.connect();
    expect((await early).rows).toEqual([{ n: 1 }]);
    await expect(client.query('SELECT $1::int', ['x'])).rejects.toMatchObject({ code: '22P02' });
    await stop();
    expect(memory.spans.map(({ name }) => name)).toEqual(['SELECT', 'SELECT']);
  });
});

describe('a pool', () => {
  it('shows how far it is used up, under its address or a name', async () => {
    const pool = poolOf();
    const { samples } = watched(pool);
    const [first, second] = [await pool.connect(), await pool.connect()];
    second.release();
    const label = `pool="${host}:${port}/postgres"`;
    expect(await samples('db_client_connection')).toEqual([
      `db_client_connections{${label},state="idle"} 1`,
      `db_client_connections{${label},state="used"} 1`,
      `db_client_connections_max{${label}} 3`,
      `db_client_connections_pending_requests{${label}} 0`,
      `db_client_connection_wait_seconds_count{${label}} 2`,
    ]);
    first.release();
  });

  it('adds pools of one name up, and takes away what is watched no more', async () => {
    const [one, two] = [poolOf({ max: 2 }), poolOf({ max: 5 })];
    const { parts, samples } = watched(one, { name: 'shop' });
    const further = instrumented(two, { name: 'shop' });
    const uninstall = further.install(parts);
    const most = () => samples('db_client_connections_max');
    expect(await most()).toEqual(['db_client_connections_max{pool="shop"} 7']);
    uninstall();
    expect(await most()).toEqual(['db_client_connections_max{pool="shop"} 2']);
  });

  it('tells who had to wait and for how long', async () => {
    const pool = poolOf({ max: 1 });
    const { monitoring, memory, samples, stop } = watched(pool);
    const client = await pool.connect();
    const late = monitoring.trace('request', () => pool.query('SELECT 1'));
    await until(async () => pool.waitingCount === 1, 'somebody waits');
    expect(await samples('db_client_connections_pending_requests')).toEqual([
      expect.stringMatching(/ 1$/),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 60));
    client.release();
    await late;
    await stop();
    const [waited, query] = childrenOf(memory, 'request');
    expect([waited?.name, query?.name]).toEqual(['db.client.connection.wait', 'SELECT']);
    expect(seconds(waited)).toBeGreaterThan(0.05);
    expect(seconds(query)).toBeLessThan(seconds(waited));
  });

  it('counts who got no connection: refused, and not in time', async () => {
    const refused = poolOf({ connectionString: 'postgres://u:p@127.0.0.1:1/none' });
    const there = watched(refused, { name: 'gone' });
    await expect(refused.query('SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await there.samples('db_client_connection_errors_total')).toEqual([
      'db_client_connection_errors_total{pool="gone",error="refused"} 1',
    ]);
    await there.stop();
    const span = there.memory.named('db.client.connection.wait');
    expect(span.status.code).toBe(SpanStatusCode.ERROR);
    expect(span.attributes).toMatchObject({ [ATTR_ERROR_TYPE]: 'ECONNREFUSED' });

    const full = poolOf({ max: 1, connectionTimeoutMillis: 30 });
    const { samples } = watched(full, { name: 'full' });
    const client = await full.connect();
    await expect(full.query('SELECT 1')).rejects.toThrow(/timeout/);
    client.release();
    expect(await samples('db_client_connection_errors_total')).toEqual([
      'db_client_connection_errors_total{pool="full",error="timeout"} 1',
    ]);
  });
});

describe('what cannot be meant', () => {
  it.each([
    [() => instrumented({} as never), /expected a Pool or a Client of pg, got object/],
    [() => instrumented(null as never), /got null/],
    [() => instrumented(new pg.Pool(), { name: '' }), /option pg.name: expected a text/],
    [
      () => instrumented(new pg.Pool(), { queryText: 1 as never }),
      /option pg.queryText: expected true or false, got 1/,
    ],
    [
      () => instrumented(new pg.Pool(), { queryTxt: true } as never),
      /option pg: unknown key "queryTxt"; did you mean "queryText"\?/,
    ],
  ])('is one error, %#', (make, message) => {
    expect(make).toThrow(TelltaleError);
    expect(make).toThrow(message);
  });
});

/** The spans right below one, in the order in which they began. */
function childrenOf(memory: SpanMemory, name: string): ReadableSpan[] {
  const { spanId } = memory.named(name).spanContext();
  return memory.spans
    .filter(({ parentSpanContext }) => parentSpanContext?.spanId === spanId)
    .sort((a, b) => a.startTime[0] - b.startTime[0] || a.startTime[1] - b.startTime[1]);
}

function seconds(span: ReadableSpan | undefined): number {
  const [whole, nanoseconds] = span?.duration ?? [Number.NaN, 0];
  return whole + nanoseconds / 1e9;
}
