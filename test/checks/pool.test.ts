import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { type PoolFigures, pool } from '../../src/checks/pool.js';
import { until } from '../support/until.js';
import { run } from './trial.js';

describe('pool', () => {
  let database: pg.Pool;
  beforeEach(() => {
    database = new pg.Pool({ connectionString: inject('postgres').url, max: 5 });
  });
  afterEach(() => database.end());

  it('judges by how much is in use and whether somebody waits', async () => {
    const check = pool(database);
    expect(await run(check)).toMatchObject({
      status: 'healthy',
      details: { percent_used: 0, in_use: 0, idle: 0, waiting: 0, max: 5 },
    });
    const clients = await Promise.all(Array.from({ length: 4 }, () => database.connect()));
    expect(await run(check)).toMatchObject({
      status: 'degraded',
      message: '80 % of the connections are in use (limit 80 %)',
      details: { percent_used: 80, in_use: 4 },
    });
    clients.push(await database.connect());
    expect(await run(check)).toMatchObject({ status: 'degraded', class: undefined });
    expect((await run(pool(database, { waiting: 0 }))).class).toBe('exhausted');
    const waiter = database.connect();
    expect(await run(check)).toMatchObject({
      status: 'unhealthy',
      class: 'exhausted',
      details: { waiting: 1 },
    });
    for (const client of clients) client.release();
    (await waiter).release();
    expect(await run(check)).toMatchObject({ status: 'healthy', details: { idle: 5 } });
  });

  it('reads other pools', async () => {
    const generic = { max: 4, borrowed: 4, available: 0, pending: 2, size: 4 };
    expect(await run(pool(generic))).toMatchObject({
      class: 'exhausted',
      details: { percent_used: 100, in_use: 4, idle: 0, waiting: 2, max: 4 },
    });
    const figures: PoolFigures = { max: 10, inUse: 9, idle: 1, waiting: 0 };
    expect(await run(pool(() => figures, { warn: 95 }))).toMatchObject({ status: 'healthy' });
  });

  async function takeAndForget(): Promise<pg.PoolClient> {
    return database.connect();
  }

  it('says who has not given a connection back', async () => {
    const check = pool(database, { leaks: true, leakAfter: 50 });
    await database.query('SELECT 1');
    const forgotten = await takeAndForget();
    const quick = await database.connect();
    quick.release();
    expect(await run(check)).toMatchObject({ status: 'healthy', details: { suspected_leaks: 0 } });
    await sleep(60);
    const { status, message, details } = await run(check);
    expect({ status, message }).toEqual({
      status: 'degraded',
      message: '1 connections have not been given back',
    });
    expect(details.suspected_leaks).toBe(1);
    expect(details.longest_held_ms).toBeGreaterThanOrEqual(50);
    const [leak, ...others] = details.leaks as unknown as { held_ms: number; taken_at: string }[];
    expect(others).toEqual([]);
    expect(leak?.held_ms).toBe(details.longest_held_ms);
    expect(leak?.taken_at).toMatch(/^at takeAndForget .*pool\.test\.ts/);
    forgotten.release();
    expect((await run(check)).details.suspected_leaks).toBe(0);
    await check.close();
  });

  it('follows callbacks, queries and connections that break', async () => {
    const check = pool(database, { leaks: true, leakAfter: 0 });
    const client = await new Promise<pg.PoolClient>((resolve, reject) => {
      database.connect((error, given) => (given ? resolve(given) : reject(error)));
    });
    const slow = database.query('SELECT pg_sleep(1)');
    await until(async () => (await run(check)).details.suspected_leaks === 2, 'both are held');
    client.release(new Error('broken'));
    await slow;
    expect((await run(check)).details.suspected_leaks).toBe(0);
    await check.close();
  });

  it('gives the pool back as it was', async () => {
    const { connect } = database;
    const events = () => ['release', 'remove'].map((event) => database.listenerCount(event));
    const before = events();
    const check = pool(database, { leaks: true });
    expect(Object.hasOwn(database, 'connect')).toBe(true);
    await check.close();
    expect(Object.hasOwn(database, 'connect')).toBe(false);
    expect(database.connect).toBe(connect);
    expect(events()).toEqual(before);
  });

  it('leaves an override that came after its own in place, and no longer counts', async () => {
    const check = pool(database, { leaks: true, leakAfter: 0 });
    const { connect } = database;
    const later = function (this: pg.Pool) {
      return (connect as () => Promise<pg.PoolClient>).call(this);
    };
    Object.assign(database, { connect: later });
    await check.close();
    expect(database.connect).toBe(later);
    (await database.connect()).release();
    expect((await run(check)).details.suspected_leaks).toBe(0);
  });

  it('refuses at once what it cannot mean', () => {
    expect(() => pool({} as never)).toThrow('pool check: expected a pg.Pool');
    const generic = { max: 4, borrowed: 4, available: 0, pending: 2 };
    expect(() => pool(generic, { leaks: true })).toThrow(
      'option leaks: expected a pg.Pool to watch',
    );
    expect(() => pool(database, { warn: 9, fail: 8 })).toThrow('0 <= warn <= fail');
    expect(() => pool(database, { leakafter: 1 } as never)).toThrow('unknown key "leakafter"');
  });
});
