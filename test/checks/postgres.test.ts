import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pool as poolCheck } from '../../src/checks/pool.js';
import { type ClosableCheck, postgres } from '../../src/checks/postgres.js';
import { type PostgresService, startPostgres } from '../services/postgres.js';
import { askPostgres } from '../services/postgres-question.js';
import { freePort } from '../services/process.js';
import { signalAll } from '../services/signal-all.js';
import { until } from '../support/until.js';
import { everyOne, heldSockets, run, under, verdicts } from './trial.js';

const FOR_EVER = 600_000;
const SETTINGS = ['max_connections=12', 'superuser_reserved_connections=3'];

describe('postgres', () => {
  let server: PostgresService;
  let port: number;
  let config: Record<string, unknown>;
  let pool: pg.Pool;
  let forAll: (options: Parameters<typeof postgres>[1]) => Record<string, ClosableCheck>;
  let fresh: Record<string, ClosableCheck>;
  let keeping: Record<string, ClosableCheck>;

  const ask = (question: string) => askPostgres(server, question);
  async function start(): Promise<void> {
    server = await startPostgres({ port, settings: SETTINGS });
    await ask("CREATE ROLE app LOGIN PASSWORD 'secret'");
  }
  const checkConnections = async () => {
    const where = "application_name = 'telltale' AND pid <> pg_backend_pid()";
    const rows = await ask(`SELECT pid FROM pg_stat_activity WHERE ${where}`);
    return rows.length;
  };

  beforeAll(async () => {
    port = await freePort();
    await start();
    config = { host: '127.0.0.1', port, user: 'app', password: 'secret', database: 'postgres' };
    // The application's own, which is its own affair.
    pool = new pg.Pool({ ...config, max: 2 });
    pool.on('error', () => {});
    const sources = {
      string: `postgres://app:secret@127.0.0.1:${port}/postgres`,
      config,
      pool,
      factory: () => new pg.Client({ ...config, application_name: 'telltale' }),
    };
    forAll = (options) =>
      Object.fromEntries(
        Object.entries(sources).map(([name, source]) => [name, postgres(source, options)]),
      );
    fresh = forAll({});
  });

  beforeEach(() => {
    keeping = forAll({ keepFor: FOR_EVER, writable: true });
  });
  afterEach(() => Promise.all(Object.values(keeping).map((check) => check.close())));

  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  it('says how long the answer took', async () => {
    for (const check of Object.values({ ...fresh, ...keeping })) {
      const { status, details } = await run(check);
      expect(status).toBe('healthy');
      expect(details.latency_ms).toBeGreaterThan(0);
    }
  });

  it('judges by its thresholds', async () => {
    expect(await run(postgres(pool, { warn: 0 }))).toMatchObject({ status: 'degraded' });
    expect(await run(postgres(pool, { warn: 0, fail: 0 }))).toMatchObject({
      status: 'unhealthy',
      class: 'timeout',
    });
  });

  it('leaves neither a connection nor a handle behind', async () => {
    expect(await checkConnections()).toBe(0);
    const held = heldSockets();
    await verdicts(keeping);
    for (let i = 0; i < 3; i++) await verdicts(fresh);
    await verdicts(keeping);
    const kept = Object.keys(keeping).length;
    await until(
      async () => (await checkConnections()) === kept,
      'only those are left that are kept',
    );
    expect(heldSockets()).toBe(held);
    for (const check of Object.values(keeping)) await check.close();
    await until(async () => (await checkConnections()) === 0, 'those are gone as well');
  });

  it.each(['fresh', 'keeping'])('tells of a frozen server: %s', async (which) => {
    await under(
      'timeout',
      { fresh, keeping }[which] ?? {},
      () => signalAll(server.pid, 'SIGSTOP'),
      () => signalAll(server.pid, 'SIGCONT'),
    );
  });

  it('tells of a server that accepts nobody new', async () => {
    await under(
      'timeout',
      fresh,
      () => process.kill(server.pid, 'SIGSTOP'),
      () => process.kill(server.pid, 'SIGCONT'),
    );
  });

  it.each(['fresh', 'keeping'])('tells of a server that was killed: %s', async (which) => {
    await under(
      'refused',
      { fresh, keeping }[which] ?? {},
      async () => {
        process.kill(server.pid, 'SIGKILL');
        await server.stop();
      },
      start,
    );
  });

  it.each(['fresh', 'keeping'])('tells of a fast shutdown: %s', async (which) => {
    await under('refused', { fresh, keeping }[which] ?? {}, () => server.stop(), start);
  });

  it('notices between its runs that a connection it keeps was lost', async () => {
    await verdicts(keeping);
    await ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'");
    await until(async () => (await checkConnections()) === 0, 'they are gone');
    expect(await verdicts(keeping)).toEqual(everyOne(keeping, 'healthy'));
  });

  it('tells of slots that are used up', async () => {
    const clients: pg.Client[] = [];
    await under(
      'exhausted',
      fresh,
      async () => {
        for (;;) {
          const client = new pg.Client(config);
          client.on('error', () => {});
          try {
            await client.connect();
          } catch {
            return;
          }
          clients.push(client);
        }
      },
      async () => {
        await Promise.all(clients.map((client) => client.end()));
        const free = "SELECT 1 FROM pg_stat_activity WHERE usename = 'app'";
        await until(async () => (await ask(free)).length === 0, 'the slots are free');
      },
    );
  });

  it('tells of a login that was revoked', async () => {
    await under(
      'auth',
      fresh,
      () => ask('ALTER ROLE app NOLOGIN'),
      () => ask('ALTER ROLE app LOGIN'),
    );
  });

  it('tells of a wrong password', async () => {
    await under(
      'auth',
      fresh,
      () => ask("ALTER ROLE app PASSWORD 'changed'"),
      () => ask("ALTER ROLE app PASSWORD 'secret'"),
    );
  });

  it('tells of a missing password', async () => {
    const { password: _, ...rest } = config;
    expect(await run(postgres(rest))).toMatchObject({ status: 'unhealthy', class: 'auth' });
  });

  it('tells of a database that accepts no writes, when it must', async () => {
    const readOnly = (value: string) =>
      ask(`ALTER DATABASE postgres SET default_transaction_read_only = ${value}`);
    await readOnly('on');
    expect(await verdicts(fresh)).toEqual(everyOne(fresh, 'healthy'));
    expect(await run(postgres(pool, { writable: true }))).toMatchObject({
      status: 'unhealthy',
      class: 'readonly',
      message: 'the database accepts no writes',
    });
    await ask(
      'BEGIN READ WRITE; ALTER DATABASE postgres RESET default_transaction_read_only; COMMIT',
    );
    expect(await verdicts(keeping)).toEqual(everyOne(keeping, 'healthy'));
  });

  it('answers, and leaves the pool alone, when slow queries fill it', async () => {
    const checks = { database: postgres(pool), pool: poolCheck(pool) };
    const slow = [0, 1, 2].map(() => pool.query('SELECT pg_sleep(60)').catch(() => 'cancelled'));
    await until(() => pool.totalCount === 2 && pool.waitingCount === 1, 'the pool is full');
    expect(await verdicts(checks)).toEqual({ database: 'healthy', pool: 'exhausted' });
    const cancel = () =>
      ask(
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'",
      );
    await until(async () => (await cancel()).length === 0, 'none of them runs');
    await Promise.all(slow);
    expect(await verdicts(checks)).toEqual({ database: 'healthy', pool: 'healthy' });
  });

  it('has the server itself give up a query that takes too long', async () => {
    const query = 'SELECT pg_sleep(60)';
    const given = await run(postgres(pool, { query, statementTimeout: 50 }));
    expect(given).toMatchObject({ status: 'unhealthy', class: 'timeout' });
    expect(given.took).toBeLessThan(700);

    const abandoned = await run(postgres(pool, { query, statementTimeout: 1000 }), 100);
    expect(abandoned).toMatchObject({ status: 'unhealthy', class: 'timeout' });
    expect(abandoned.took).toBeLessThan(700);
    const running = `SELECT 1 FROM pg_stat_activity WHERE query LIKE '%${query}%' AND pid <> pg_backend_pid() AND state = 'active'`;
    await until(async () => (await ask(running)).length === 0, 'the server has given it up');
  });

  it('keeps its settings to itself', async () => {
    const client = new pg.Client(config);
    const check = postgres(() => client, { keepFor: FOR_EVER, statementTimeout: 123 });
    expect(await run(check)).toMatchObject({ status: 'healthy' });
    expect((await client.query('SHOW statement_timeout')).rows).toEqual([
      { statement_timeout: '0' },
    ]);
    await check.close();
  });

  it('tells of a name that does not resolve', async () => {
    const check = postgres({ ...config, host: 'nowhere..invalid' });
    expect(await run(check)).toMatchObject({ status: 'unhealthy', class: 'dns' });
  });

  it('refuses at once what it cannot mean', () => {
    expect(() => postgres('')).toThrow('postgres check: expected a connection string');
    expect(() => postgres(7 as never)).toThrow('got 7');
    expect(() => postgres(pool, { keepFor: -1 })).toThrow(
      'postgres check: option keepFor: expected a number of milliseconds, 0 or more, got -1',
    );
    expect(() => postgres(pool, { writeable: true } as never)).toThrow('unknown key "writeable"');
  });
});
