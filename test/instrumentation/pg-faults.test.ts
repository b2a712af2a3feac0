import type pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { givenBack } from './given-back.js';
import { watch } from './watched.js';

const { after, poolOf } = givenBack(afterEach);

function watched(...args: Parameters<typeof watch>) {
  const made = watch(...args);
  after.push(made.stop);
  return made;
}

const COUNT = 'db_client_operation_duration_seconds_count';

/** Counted queries by `operation/error`. */
async function counts(samples: (metric: string) => Promise<string[]>) {
  const lines = await samples(COUNT);
  return Object.fromEntries(
    lines.map((line) => {
      const label = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(line)?.[1] ?? '';
      return [`${label('operation')}/${label('error')}`, Number(line.split(' ').at(-1))];
    }),
  );
}

/** A query that runs until something happens to it, and the process that works on it. */
async function hanging(pool: pg.Pool): Promise<{ pid: number; answer: Promise<unknown> }> {
  const client = await pool.connect();
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  client.on('error', () => {});
  const answer = client.query('SELECT pg_sleep(60)').then(
    () => undefined,
    (error: Error) => error,
  );
  void answer.then((error) => client.release(error));
  return { pid: rows[0].pid, answer };
}

describe('under load and under faults', () => {
  it('counts every one of a thousand at once, the failed ones apart', async () => {
    const pool = poolOf({ max: 8 });
    await pool.query('CREATE TABLE burst (id int PRIMARY KEY)');
    after.push(() => pool.query('DROP TABLE burst'));
    const { samples, memory, stop } = watched(pool);
    const insert = (_: unknown, i: number) =>
      new Promise<boolean>((resolve) => {
        // Every tenth is there already.
        pool.query('INSERT INTO burst VALUES ($1)', [i - (i % 10 === 9 ? 1 : 0)], (error) =>
          resolve(error === undefined),
        );
      });
    const done = await Promise.all(Array.from({ length: 1000 }, insert));
    expect(done.filter(Boolean)).toHaveLength(900);
    expect(await counts(samples)).toEqual({ 'INSERT/': 900, 'INSERT/23': 100 });
    expect(await samples('db_client_connection_wait_seconds_count')).toEqual([
      expect.stringMatching(/ 1000$/),
    ]);
    expect(await samples('db_client_connections_pending_requests')).toEqual([
      expect.stringMatching(/ 0$/),
    ]);
    await stop();
    expect(memory.spans.filter(({ name }) => name === 'INSERT burst')).toHaveLength(1000);
  });

  it('tells of a query that was cancelled, one that timed out, and one that lost its connection', async () => {
    const pool = poolOf();
    const { samples } = watched(pool);
    const helper = poolOf();
    const cancelled = await hanging(pool);
    await helper.query('SELECT pg_cancel_backend($1)', [cancelled.pid]);
    expect(await cancelled.answer).toMatchObject({ code: '57014' });

    const killed = await hanging(pool);
    await helper.query('SELECT pg_terminate_backend($1)', [killed.pid]);
    expect(await killed.answer).toMatchObject({ code: '57P01' });

    const cut = await hanging(pool);
    const [client] = (pool as unknown as { _clients: pg.Client[] })._clients.slice(-1);
    (
      client as unknown as { connection: { stream: { destroy(): void } } }
    ).connection.stream.destroy();
    expect(await cut.answer).toMatchObject({ message: /terminated/ });

    const impatient = poolOf({ query_timeout: 30 });
    const there = watched(impatient);
    await expect(impatient.query('SELECT pg_sleep(5)')).rejects.toThrow('Query read timeout');
    expect(await counts(there.samples)).toEqual({ 'SELECT/timeout': 1 });

    expect(await counts(samples)).toEqual({ 'SELECT/': 3, 'SELECT/57': 2, 'SELECT/refused': 1 });
    expect((await pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
  });

  it('lets a pool be ended with somebody waiting, and says what node-postgres says afterwards', async () => {
    const pool = poolOf({ max: 1 });
    const { samples } = watched(pool);
    const client = await pool.connect();
    let waited = 'still waiting';
    pool.query('SELECT 1').then(
      () => (waited = 'answered'),
      () => (waited = 'failed'),
    );
    const ended = pool.end();
    client.release();
    await ended;
    expect(pool.ended).toBe(true);
    // node-postgres forgets whoever waits; that is not ours to change.
    expect(waited).toBe('still waiting');
    await expect(pool.query('SELECT 1')).rejects.toThrow('after calling end on the pool');
    expect(await samples('db_client_connections{')).toEqual([
      expect.stringMatching(/state="idle"\} 0$/),
      expect.stringMatching(/state="used"\} 0$/),
    ]);
  });

  it('lets go of clients that are given back with an error, or die idle', async () => {
    const pool = poolOf({ max: 1 });
    const { samples } = watched(pool);
    const client = await pool.connect();
    client.release(new Error('broken on purpose'));
    await until(() => !Object.hasOwn(client, 'query'), 'the client is let go of');
    expect(() => client.release()).toThrow('already been released');

    const errors: unknown[] = [];
    pool.on('error', (error) => errors.push(error));
    const { rows } = await pool.query('SELECT pg_backend_pid() AS pid');
    await poolOf().query('SELECT pg_terminate_backend($1)', [rows[0].pid]);
    await until(() => errors.length === 1, 'the pool has told of it');
    expect(errors).toMatchObject([{ code: '57P01' }]);
    expect((await pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
    expect(await samples('db_client_connections{')).toEqual([
      expect.stringMatching(/state="idle"\} 1$/),
      expect.stringMatching(/state="used"\} 0$/),
    ]);
  });
});
