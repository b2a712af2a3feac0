import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import Cursor from 'pg-cursor';
import QueryStream from 'pg-query-stream';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { givenBack } from './given-back.js';
import { watch } from './watched.js';

const { after, poolOf, clientOf } = givenBack(afterEach);

function watched(...args: Parameters<typeof watch>) {
  const made = watch(...args);
  after.push(made.stop);
  return made;
}

/** What an application keeps of its own beside telltale's context. */
const storage = new AsyncLocalStorage<string>();
const here = () => storage.getStore();

/** Runs each as a caller of its own, on one connection that somebody else has opened. */
async function asCallers(
  names: readonly string[],
  work: (client: pg.Client, note: () => void) => Promise<unknown>,
  options: pg.ClientConfig = {},
): Promise<Record<string, (string | undefined)[]>> {
  const client = clientOf(options);
  watched(client);
  await storage.run('opener', () => client.connect());
  const noted: Record<string, (string | undefined)[]> = {};
  await Promise.all(
    names.map((name) =>
      storage.run(name, async () => {
        const own: (string | undefined)[] = (noted[name] = []);
        await work(client, () => own.push(here()));
      }),
    ),
  );
  return noted;
}

const CALLERS = ['ann', 'bob', 'cem'];

describe('whoever asked is who is answered', () => {
  it('in callbacks, of a pool that lends connections of others', async () => {
    const pool = poolOf({ max: 1 });
    watched(pool);
    const answered = CALLERS.map((name) =>
      storage.run(
        name,
        () => new Promise((resolve) => pool.query('SELECT 1', () => resolve(here()))),
      ),
    );
    const lent = CALLERS.map((name) =>
      storage.run(
        name,
        () =>
          new Promise((resolve) => {
            pool.connect((_error, client, release) => {
              client?.query('SELECT 1', () => {
                release();
                resolve(here());
              });
            });
          }),
      ),
    );
    expect(await Promise.all(answered)).toEqual(CALLERS);
    expect(await Promise.all(lent)).toEqual(CALLERS);
  });

  it('in callbacks of a client', async () => {
    const noted = await asCallers(CALLERS, (client, note) => {
      return new Promise<void>((resolve) => {
        client.query('SELECT 1', () => {
          note();
          resolve();
        });
      });
    });
    expect(noted).toEqual({ ann: ['ann'], bob: ['bob'], cem: ['cem'] });
  });

  it('in the events and the callback of a query', async () => {
    const noted = await asCallers(CALLERS, (client, note) => {
      return new Promise((resolve) => {
        const query = new pg.Query('SELECT generate_series(1, 2)');
        query.on('row', note);
        query.on('end', resolve);
        query.on('end', note);
        expect(client.query(query)).toBe(query);
      });
    });
    expect(noted.bob).toEqual(['bob', 'bob', 'bob']);
  });

  it('in the error event of a query', async () => {
    const noted = await asCallers(CALLERS, (client, note) => {
      return new Promise<void>((resolve) => {
        const query = new pg.Query('SELECT 1/0');
        query.on('error', () => {
          note();
          resolve();
        });
        client.query(query);
      });
    });
    expect(noted.cem).toEqual(['cem']);
  });

  it('in notices, and in the error of a connection that dies', async () => {
    const client = clientOf();
    watched(client);
    await storage.run('opener', () => client.connect());
    const noted: unknown[] = [];
    client.on('notice', () => noted.push(here()));
    await storage.run('ann', () => client.query("DO $$ BEGIN RAISE NOTICE 'a'; END $$"));
    await storage.run('bob', () => client.query("DO $$ BEGIN RAISE NOTICE 'b'; END $$"));
    expect(noted).toEqual(['ann', 'bob']);
    client.on('error', () => noted.push(here()));
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
    const dying = storage.run('cem', () => client.query('SELECT pg_sleep(20)'));
    await poolOf().query('SELECT pg_terminate_backend($1)', [rows[0].pid]);
    await expect(dying).rejects.toThrow();
    await until(() => noted.length === 3, 'the connection has died');
    // The query is over when its connection closes: this is nobody's any more.
    expect(noted[2]).toBeUndefined();
  });

  it('in the error of a connection that is cut', async () => {
    const client = clientOf();
    watched(client);
    await storage.run('opener', () => client.connect());
    const error = new Promise((resolve) => client.once('error', () => resolve(here())));
    const dying = storage.run('ann', () => client.query('SELECT pg_sleep(20)'));
    const { connection } = client as unknown as { connection: { stream: Socket } };
    connection.stream.destroy();
    expect(await error).toBe('ann');
    await expect(dying).rejects.toThrow('terminated');
  });

  it('and nobody, in what the connection tells of itself', async () => {
    const client = clientOf();
    watched(client);
    await storage.run('opener', () => client.connect());
    const noted: unknown[] = [];
    client.on('notification', () => noted.push(here()));
    await storage.run('ann', () => client.query('LISTEN orders'));
    await storage.run('bob', () => client.query("NOTIFY orders, 'x'"));
    await until(() => noted.length === 1, 'the notification is there');
    expect(noted).toEqual([undefined]);
  });

  it.each<[string, (pool: pg.Pool) => Promise<unknown>]>([
    ['pool.connect', (pool) => pool.connect().then((client) => client.release())],
    ['pool.query', (pool) => pool.query('SELECT 1')],
  ])(
    'and nobody, in what a pool and what it opened by %s tell of themselves',
    async (_by, open) => {
      const pool = poolOf({ max: 1 });
      watched(pool);
      const noted: unknown[] = [];
      for (const event of ['connect', 'acquire', 'remove'] as const) {
        pool.on(event, () => noted.push([event, here()]));
      }
      await storage.run('opener', () => open(pool));
      const client = await pool.connect();
      client.on('notification', () => noted.push(['notification', here()]));
      await client.query('LISTEN carts');
      await storage.run('ann', () => client.query("NOTIFY carts, 'x'"));
      await until(() => noted.length === 4, 'the notification is there');
      storage.run('bob', () => client.release(true));
      await until(() => noted.length === 5, 'the client is gone');
      expect(noted).toEqual([
        ['connect', undefined],
        ['acquire', undefined],
        ['acquire', undefined],
        ['notification', undefined],
        ['remove', undefined],
      ]);
    },
  );

  it('when connections are opened and closed', async () => {
    const client = clientOf();
    watched(client);
    const opened = storage.run(
      'ann',
      () => new Promise((resolve) => client.connect(() => resolve(here()))),
    );
    expect(await opened).toBe('ann');
    const closed = storage.run(
      'bob',
      () => new Promise((resolve) => client.end(() => resolve(here()))),
    );
    expect(await closed).toBe('bob');
    const pool = poolOf();
    watched(pool);
    await pool.query('SELECT 1');
    const ended = storage.run(
      'cem',
      () => new Promise((resolve) => pool.end(() => resolve(here()))),
    );
    expect(await ended).toBe('cem');
  });
});

describe('what is sent as it is', () => {
  it('is a span: a query with events, a cursor, a stream', async () => {
    const client = clientOf();
    const { memory, stop } = watched(client);
    await client.connect();

    const query = new pg.Query('SELECT 1 AS a');
    client.query(query);
    await new Promise((resolve) => query.once('end', resolve));

    const cursor = client.query(new Cursor('SELECT * FROM generate_series(1, 5) AS t(n)'));
    expect(await cursor.read(2)).toEqual([{ n: 1 }, { n: 2 }]);
    await cursor.close();

    const rows: number[] = [];
    const stream = client.query(new QueryStream('SELECT * FROM generate_series(1, 500) AS t(n)'));
    for await (const { n } of stream) rows.push(n);
    expect(rows).toHaveLength(500);

    await stop();
    const texts = memory.spans.map(({ attributes }) => attributes['db.query.text']);
    expect(texts).toEqual([
      'SELECT ? AS a',
      'SELECT * FROM generate_series(?) AS t(n)',
      'SELECT * FROM generate_series(?) AS t(n)',
    ]);
    // A stream has handlers of its own, of its cursor.
    expect(Object.getOwnPropertyNames(cursor)).not.toContain('handleReadyForQuery');
    expect(Object.getOwnPropertyNames(query)).not.toContain('handleReadyForQuery');
    expect(String(stream.handleReadyForQuery)).toContain('native code');
  });

  it('fails as a span: before it is sent, and in the middle', async () => {
    const client = clientOf();
    const { memory, stop } = watched(client);
    await client.connect();
    const cursor = client.query(new Cursor('SELECT * FROM nowhere'));
    await expect(cursor.read(1)).rejects.toMatchObject({ code: '42P01' });
    const text = 'SELECT 1 / (3 - n) FROM generate_series(1, 500) AS t(n)';
    const stream = client.query(new QueryStream(text, [], { batchSize: 1 }));
    await expect(stream.toArray()).rejects.toMatchObject({ code: '22012' });
    await stop();
    expect(memory.spans.map(({ attributes }) => attributes['error.type'])).toEqual([
      '42P01',
      '22012',
    ]);
  });

  it('comes in the context of whoever sent it', async () => {
    const noted = await asCallers(CALLERS.slice(0, 2), async (client, note) => {
      const stream = client.query(new QueryStream('SELECT generate_series(1, 3)'));
      stream.once('data', note);
      await pipeline(stream, async (rows) => {
        for await (const _row of rows) note();
      });
      const cursor = client.query(new Cursor('SELECT 1'));
      await new Promise<void>((resolve) => {
        cursor.read(1, () => {
          note();
          resolve();
        });
      });
      await cursor.close();
    });
    expect(new Set(noted.ann)).toEqual(new Set(['ann']));
    expect(noted.ann).toHaveLength(5);
    expect(new Set(noted.bob)).toEqual(new Set(['bob']));
  });

  it('is watched by its events where it has no more, as with pg-native', async () => {
    class NativeLike extends EventEmitter {
      database = 'native';
      host = '/var/run/postgresql';
      connect(): void {}
      end(): void {}
      query(query: EventEmitter & { submit(client: unknown): void }): unknown {
        setImmediate(() => query.submit(this));
        return query;
      }
    }
    const outcome = (event: string) =>
      Object.assign(new EventEmitter(), {
        text: `SELECT '${event}'`,
        submit(this: EventEmitter) {
          this.emit(event, new Error('failed on purpose'));
          this.emit('_done');
        },
      });
    const client = new NativeLike();
    const { memory, stop } = watched(client);
    for (const event of ['end', 'error']) {
      const query = outcome(event);
      const noted = await storage.run('ann', () => {
        const heard = new Promise((resolve) => query.once(event, () => resolve(here())));
        expect(client.query(query)).toBe(query);
        return heard;
      });
      expect(noted).toBe('ann');
    }
    await stop();
    const withStatus = (code: number) => memory.spans.filter(({ status }) => status.code === code);
    expect(withStatus(0)).toMatchObject([
      { attributes: { 'server.address': '/var/run/postgresql', 'db.query.text': 'SELECT ?' } },
    ]);
    expect(withStatus(2)).toMatchObject([
      { attributes: { 'error.type': 'Error', 'db.namespace': 'native' } },
    ]);
  });
});
