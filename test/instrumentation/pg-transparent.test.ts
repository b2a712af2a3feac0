import pg from 'pg';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { createMonitoring } from '../../src/index.js';
import { pg as instrumented } from '../../src/instrumentation/pg.js';
import { until } from '../support/until.js';
import { givenBack } from './given-back.js';
import { watch } from './watched.js';

const { url } = inject('postgres');
const { after, poolOf, clientOf } = givenBack(afterEach);

function watched(...args: Parameters<typeof watch>) {
  const made = watch(...args);
  after.push(made.stop);
  return made;
}

/** A pool or client, watched or not. */
const SUBJECTS = [
  ['a pool', 'bare', () => poolOf()],
  ['a pool', 'watched', () => watchedOf(poolOf())],
  ['a client', 'bare', () => connected()],
  ['a client', 'watched', () => connected(watchedOf)],
] as const;

function watchedOf<Target extends pg.Pool | pg.Client>(target: Target): Target {
  watched(target);
  return target;
}

async function connected(wrap = (client: pg.Client) => client): Promise<pg.Client> {
  const client = wrap(clientOf());
  await client.connect();
  return client;
}

type Queryable = { query: (...args: unknown[]) => unknown };

describe.each(SUBJECTS)('%s, %s', (_name, _how, make) => {
  const asked = async () => (await make()) as unknown as Queryable;

  it('answers callbacks with what node-postgres answers', async () => {
    const target = await asked();
    const call = (...args: unknown[]) =>
      new Promise<{ returned: unknown; args: unknown[] }>((resolve) => {
        const returned: unknown = target.query(...args, (...given: unknown[]) => {
          setImmediate(() => resolve({ returned, args: given }));
        });
      });
    const plain = await call('SELECT 1 AS n');
    expect(plain.returned).toBeUndefined();
    expect(plain.args[0] ?? null).toBeNull();
    expect(plain.args[1]).toMatchObject({ rows: [{ n: 1 }] });
    expect(plain.args).toHaveLength(2);
    expect((await call('SELECT $1::int AS n', [2])).args[1]).toMatchObject({ rows: [{ n: 2 }] });
    const config = Object.freeze({ text: 'SELECT $1::int', values: [3], rowMode: 'array' });
    expect((await call(config)).args[1]).toMatchObject({ rows: [[3]] });
    const failed = await call('SELECT 1/0');
    expect(failed.args).toEqual([expect.objectContaining({ code: '22012' })]);
  });

  it('answers promises with what node-postgres answers', async () => {
    const target = await asked();
    const answer = target.query('SELECT 1 AS n');
    expect(answer).toBeInstanceOf(Promise);
    expect(await answer).toMatchObject({ rows: [{ n: 1 }], command: 'SELECT' });
    expect(await target.query('SELECT 1; SELECT 2')).toHaveLength(2);
    await expect(target.query({ text: 'SELECT $1::int', values: 'x' })).rejects.toThrow(
      'Query values must be an array',
    );
    await expect(target.query({})).rejects.toThrow('must have either text or a name');
  });

  it('has the caller in the stack of an error', async () => {
    const target = await asked();
    async function placeOfTheQuery() {
      await target.query('SELECT 1/0');
    }
    const error = await placeOfTheQuery().catch((reason: unknown) => reason);
    expect((error as Error).stack).toContain('placeOfTheQuery');
  });

  it('leaves a rejection that nobody handles unhandled, once', async () => {
    const target = await asked();
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    const unhandled: unknown[] = [];
    process.on('unhandledRejection', (reason) => unhandled.push(reason));
    after.push(() => {
      process.removeAllListeners('unhandledRejection');
      for (const listener of listeners) process.on('unhandledRejection', listener);
    });
    void target.query('SELECT 1/0');
    await until(() => unhandled.length > 0, 'the rejection is told');
    await target.query('SELECT 1');
    expect(unhandled).toMatchObject([{ code: '22012' }]);
  });
});

describe('a client, further', () => {
  it('throws what node-postgres throws', async () => {
    const client = watchedOf(clientOf());
    await client.connect();
    const query = client.query.bind(client) as unknown as (...args: unknown[]) => unknown;
    expect(() => query(null)).toThrow('Client was passed a null or undefined query');
    expect(() => query('SELECT 1', [], 'no function')).toThrow('callback is not a function');
    expect((await client.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
  });

  it('takes a callback in the configuration, again and again', async () => {
    const client = watchedOf(clientOf());
    await client.connect();
    const counts: number[] = [];
    const config = {
      text: 'SELECT 5 AS n',
      callback: (_error: unknown, { rows }: pg.QueryResult) => counts.push(rows[0].n),
    };
    const { callback } = config;
    for (let i = 0; i < 3; i++) client.query(config as pg.QueryConfig);
    await client.query('SELECT 1');
    expect(counts).toEqual([5, 5, 5]);
    expect(config.callback).toBe(callback);
  });

  it('leaves in the configuration what older versions leave there', async () => {
    const client = clientOf();
    Object.assign(client, {
      query(config: pg.QueryConfig, _values: unknown, callback: unknown) {
        Object.assign(config, { callback });
      },
    });
    watched(client);
    const callback = () => {};
    const config = { text: 'SELECT 1' };
    client.query(config, callback);
    expect(config).toEqual({ text: 'SELECT 1', callback });
  });

  it('gives the promises of the class that it was told to', async () => {
    class OwnPromise<T> extends Promise<T> {}
    const client = watchedOf(clientOf({ Promise: OwnPromise } as pg.ClientConfig));
    await client.connect();
    const answer = client.query('SELECT 1');
    expect(answer).toBeInstanceOf(OwnPromise);
    await answer;
  });
});

const METHODS = ['query', 'connect', 'end', 'emit'] as const;
const shape = (target: object) => [
  Object.getOwnPropertyNames(target).filter((name) => METHODS.some((method) => method === name)),
  METHODS.map((method) => (target as Record<string, unknown>)[method]),
];

describe('taking it out again', () => {
  it('leaves pools and clients as they were, while queries run', async () => {
    const pool = poolOf();
    const before = await pool.connect();
    const shapes = [shape(pool), shape(before)];
    before.release();
    const { stop } = watched(pool);
    expect(pool.query).not.toBe(pg.Pool.prototype.query);
    const running = pool.query('SELECT pg_sleep(0.2), 7 AS n');
    const lent = await pool.connect();
    expect(lent).not.toBe(before);
    expect(Object.hasOwn(lent, 'query')).toBe(true);
    await stop();
    expect((await running).rows[0].n).toBe(7);
    const again = await pool.connect();
    expect(again).toBe(before);
    expect([shape(pool), shape(before)]).toEqual(shapes);
    expect(Object.hasOwn(lent, 'query')).toBe(false);
    lent.release();
    again.release();
  });

  it('leaves what somebody has overridden since', async () => {
    const pool = poolOf();
    const { stop, memory } = watched(pool);
    const { query } = pool;
    const theirs = query.bind(pool);
    pool.query = theirs;
    await stop();
    expect(pool.query).toBe(theirs);
    expect((await pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
    expect(memory.spans).toHaveLength(0);
  });

  it('touches nothing when nobody is told', async () => {
    const pool = poolOf();
    const shapes = shape(pool);
    const off = createMonitoring({
      metrics: false,
      logs: false,
      traces: false,
      health: false,
      errors: false,
      instrumentation: [instrumented(pool)],
    });
    off.start();
    expect(shape(pool)).toEqual(shapes);
    await off.shutdown();
  });
});

describe('watched more than once', () => {
  const counted = 'db_client_operation_duration_seconds_count';

  it('counts once in a Monitoring', async () => {
    const pool = poolOf();
    const { parts, samples } = watched(pool);
    const uninstall = instrumented(pool).install(parts);
    const client = await pool.connect();
    instrumented(client).install(parts);
    await client.query('SELECT 1');
    client.release();
    expect(await samples(counted)).toEqual([expect.stringMatching(/ 1$/)]);
    expect(await samples('db_client_connections_max')).toEqual([expect.stringMatching(/ 3$/)]);
    uninstall();
    await pool.query('SELECT 1');
    expect(await samples(counted)).toEqual([expect.stringMatching(/ 2$/)]);
  });

  it('counts once in each of several, whoever leaves first', async () => {
    const pool = poolOf();
    const shapes = shape(pool);
    const [one, two] = [watched(pool), watched(pool)];
    await pool.query('SELECT 1');
    expect(await one.samples(counted)).toEqual([expect.stringMatching(/ 1$/)]);
    expect(await two.samples(counted)).toEqual([expect.stringMatching(/ 1$/)]);
    await one.stop();
    await pool.query('SELECT 1');
    expect(one.memory.spans.map(({ name }) => name).filter((name) => name === 'SELECT')).toEqual([
      'SELECT',
    ]);
    expect(await two.samples(counted)).toEqual([expect.stringMatching(/ 2$/)]);
    await two.stop();
    expect(shape(pool)).toEqual(shapes);
  });
});

describe('pools of another make', () => {
  it('watches a subclass of the pool, and of the client', async () => {
    class OwnClient extends pg.Client {}
    class OwnPool extends pg.Pool {}
    const inherited = pg.Pool.prototype.query as (text: string) => unknown;
    Object.assign(OwnPool.prototype, {
      query(this: pg.Pool, text: string) {
        return inherited.call(this, `${text} -- by OwnPool`);
      },
    });
    const pool = new OwnPool({ connectionString: url, max: 2, Client: OwnClient });
    after.push(() => pool.end());
    const { memory, stop } = watched(pool);
    await pool.query('SELECT 1');
    await stop();
    expect(memory.spans.map(({ name }) => name).sort()).toEqual([
      'SELECT',
      'db.client.connection.wait',
    ]);
  });
});
