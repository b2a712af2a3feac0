import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { histogram, metricGroup, operation } from 'telltale';

const dbQuery = operation('db.client.operation', { kind: 'client', labels: ['verb', 'table'] });

// Fed by every query that is observed: nobody has to time or count anything.
const db = metricGroup('db', {
  duration: histogram({
    name: 'db_query_duration_seconds',
    help: 'Seconds that queries took',
    labels: ['verb', 'table'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    feed: { on: dbQuery, value: 'duration' },
  }),
});

const PROBE_MS = 400;

/** The shop's database: its tables, its queries as operations, and its health check. */
export async function openDatabase(connection, monitoring, opened) {
  const pool = openPool(connection, opened);
  await pool.query(await readFile(new URL('schema.sql', import.meta.url), 'utf8'));
  monitoring.metrics.use(db);

  // A connection of its own, so that the check does not queue behind the service's queries.
  const probe = openPool(
    { ...connection, max: 1, connectionTimeoutMillis: PROBE_MS, query_timeout: PROBE_MS },
    opened,
  );
  async function checkPostgres() {
    const { rows } = await probe.query('select count(*)::int as users from users');
    return { status: 'healthy', details: { users: rows[0].users, waiting: pool.waitingCount } };
  }
  monitoring.health.register('postgres', checkPostgres, { timeout: 500 });

  /** Runs one query: a span, a place in the histogram, and a log line if it fails. */
  return function query(verb, table, text, values) {
    const init = {
      name: `${verb} ${table}`,
      labels: { verb, table },
      attributes: { 'db.system.name': 'postgresql', 'db.query.text': text },
    };
    return monitoring.observe(dbQuery, init, async () => (await pool.query(text, values)).rows);
  };
}

function openPool(options, opened) {
  const pool = new pg.Pool(options);
  // Without a listener, a server that goes away takes the process with it.
  pool.on('error', () => {});
  opened.add(() => pool.end());
  return pool;
}
