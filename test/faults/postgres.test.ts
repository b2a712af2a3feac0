import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type PostgresService, startPostgres } from '../services/postgres.js';
import { askPostgres } from '../services/postgres-question.js';
import { freePort } from '../services/process.js';
import { signalAll } from '../services/signal-all.js';
import { until } from '../support/until.js';
import { type FaultyService, INTERVAL_MS, startService } from './service.js';
import { type Fault, withstand } from './withstand.js';

const SETTINGS = ['max_connections=12', 'superuser_reserved_connections=3'];

describe('a service whose PostgreSQL', () => {
  let server: PostgresService;
  let port: number;
  let config: pg.ClientConfig;
  let service: FaultyService;

  const ask = (question: string) => askPostgres(server, question);
  async function start(): Promise<void> {
    server = await startPostgres({ port, settings: SETTINGS });
    await ask("CREATE ROLE app LOGIN PASSWORD 'secret'");
  }

  beforeAll(async () => {
    port = await freePort();
    await start();
    config = { host: '127.0.0.1', port, user: 'app', password: 'secret', database: 'postgres' };
    service = await startService({ database: config, intervalMs: INTERVAL_MS });
  });
  afterAll(async () => {
    await service.stop();
    await server.stop();
  });

  const clients: pg.Client[] = [];
  async function useUpSlots(): Promise<void> {
    // The checks come and go: whatever they leave is taken as well.
    for (let refused = 0; refused < 5; ) {
      const client = new pg.Client(config);
      client.on('error', () => {});
      try {
        await client.connect();
        clients.push(client);
      } catch {
        refused++;
        await sleep(20);
      }
    }
  }
  async function freeSlots(): Promise<void> {
    await Promise.all(clients.splice(0).map((client) => client.end()));
  }

  let slow: Promise<unknown>[] = [];
  async function fillPool(): Promise<void> {
    slow = [0, 1, 2].map(() => service.ask(`/sql/${encodeURIComponent('SELECT pg_sleep(60)')}`));
  }
  async function emptyPool(): Promise<void> {
    const cancel =
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'";
    await until(async () => (await ask(cancel)).length === 0, 'none of them runs');
    await Promise.all(slow);
  }

  /** How checks of the database and of the pool class the fault, how to break and how to undo it. */
  const faults: Record<string, [Fault['verdicts'], Fault['breakIt'], Fault['undo']]> = {
    'is frozen': [
      { database: 'timeout' },
      () => signalAll(server.pid, 'SIGSTOP'),
      () => signalAll(server.pid, 'SIGCONT'),
    ],
    'accepts nobody new': [
      { database: 'timeout' },
      () => process.kill(server.pid, 'SIGSTOP'),
      () => process.kill(server.pid, 'SIGCONT'),
    ],
    'was killed': [
      { database: 'refused' },
      () => {
        process.kill(server.pid, 'SIGKILL');
        return server.stop();
      },
      start,
    ],
    'shuts down fast': [{ database: 'refused' }, () => server.stop(), start],
    'has no connection slots left': [{ database: 'exhausted' }, useUpSlots, freeSlots],
    'has revoked the login': [
      { database: 'auth' },
      () => ask('ALTER ROLE app NOLOGIN'),
      () => ask('ALTER ROLE app LOGIN'),
    ],
    'has another password': [
      { database: 'auth' },
      () => ask("ALTER ROLE app PASSWORD 'changed'"),
      () => ask("ALTER ROLE app PASSWORD 'secret'"),
    ],
    'has slow queries that fill the pool': [{ pool: 'exhausted' }, fillPool, emptyPool],
  };

  it.each(Object.keys(faults))('%s', async (name) => {
    const [verdicts, breakIt, undo] = faults[name] as (typeof faults)[string];
    await withstand(service, { verdicts, breakIt, undo });
  });
});
