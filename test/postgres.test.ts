import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { operation, setupMonitoring } from '../src/index.js';
import { type PostgresService, startPostgres } from './services/postgres.js';
import { createLogSink } from './support/log-sink.js';
import { createSpanMemory } from './support/span-memory.js';
import { SUBJECTS } from './support/subjects.js';

const query = operation('db.client.operation', { kind: 'client', labels: ['table'] });

describe.each(SUBJECTS)('$name on a real PostgreSQL', (subject) => {
  it('reports the database as it is', async () => {
    const pool = new pg.Pool({ connectionString: inject('postgres').url, max: 2 });
    const built = subject.build();
    const sink = createLogSink();
    const memory = createSpanMemory();
    const monitoring = setupMonitoring(built.app, {
      ...subject.options,
      logs: { destination: sink },
      traces: { exporter: memory },
    });
    monitoring.health.register('database', async () => {
      const { rows } = await pool.query('select count(*)::int as tables from pg_tables');
      return { status: 'healthy', details: { tables: rows[0].tables } };
    });
    built.addRoutes();
    const base = await built.listen();

    const report = (await (await fetch(`${base}/health`)).json()) as {
      checks: Record<string, Record<string, unknown>>;
    };
    expect(report.checks.database).toMatchObject({ status: 'healthy', tables: expect.any(Number) });

    const { rows } = await monitoring.observe(query, { labels: { table: 'none' } }, () =>
      pool.query('select 7 as n'),
    );
    expect(rows).toEqual([{ n: 7 }]);
    await monitoring.shutdown();
    expect(memory.named('db.client.operation').attributes).toEqual({ table: 'none' });
    await pool.end();
    await built.close();
  });
});

describe('a database that goes away', () => {
  let postgres: PostgresService;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  it('turns readiness off within its budget and leaves liveness on', async () => {
    const pool = new pg.Pool({ connectionString: postgres.url, max: 2 });
    pool.on('error', () => {});
    const subject = SUBJECTS[0] as (typeof SUBJECTS)[number];
    const built = subject.build();
    const monitoring = setupMonitoring(built.app, { logs: false, health: { cacheFor: 0 } });
    monitoring.health.register('database', async () => {
      await pool.query('select 1');
    });
    const base = await built.listen();
    const probe = async (name: string) => {
      const started = performance.now();
      const { status } = await fetch(`${base}/health/${name}`);
      return { status, took: performance.now() - started };
    };
    expect((await probe('ready')).status).toBe(200);

    process.kill(postgres.pid, 'SIGSTOP');
    const backends = await probe('ready');
    process.kill(postgres.pid, 'SIGCONT');
    expect(backends.took).toBeLessThan(850);

    await postgres.stop();
    const gone = await probe('ready');
    expect(gone.status).toBe(503);
    expect(gone.took).toBeLessThan(850);
    expect((await probe('live')).status).toBe(200);
    const report = await monitoring.health.report('ready');
    expect(report.checks.database?.message).toMatch(/ECONNREFUSED|terminat/i);
    await monitoring.shutdown();
    await built.close();
  });
});
