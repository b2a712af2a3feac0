import { flag, text } from '../core/rules.js';
import { type ClosableCheck, createAsking } from './connection.js';
import { createLatencyJudge, type LatencyThresholds, latencyRules } from './latency.js';
import { milliseconds, refuse, refuseInvalid, shown } from './options.js';
import { type PgClientLike, postgresConnection } from './postgres-connection.js';

export type { ClosableCheck } from './connection.js';
export type { PgClientLike } from './postgres-connection.js';

/** Options of {@link postgres}. */
export interface PostgresCheckOptions extends LatencyThresholds {
  /**
   * SQL that must succeed.
   *
   * @default 'SELECT 1'
   */
  query?: string;
  /**
   * Milliseconds after which the server itself gives the query up, so that a check that nobody waits
   * for any more leaves nothing running there.
   *
   * @default 800
   */
  statementTimeout?: number;
  /**
   * Whether the database must accept writes. A standby, and one that was made read-only, is then
   * unhealthy, class `readonly`.
   *
   * @default false
   */
  writable?: boolean;
  /**
   * Milliseconds for which the connection is used again. With 0 every run opens one of its own, and
   * so sees what an open connection does not: no free slots, a login that was revoked, a changed
   * password, a server that no longer accepts anybody.
   *
   * @default 0
   */
  keepFor?: number;
}

/** A `Pool` of node-postgres, as far as it is needed. */
export interface PgPoolLike {
  readonly options: object;
  readonly totalCount: number;
}

/**
 * Where the database is: a connection string, what node-postgres connects with (`host`, `user`,
 * `ssl`, `connectionString` and so on), a pool, or what makes a client.
 */
export type PostgresSource =
  | string
  | PgPoolLike
  | object
  | (() => PgClientLike | Promise<PgClientLike>);

const STATEMENT_TIMEOUT_MS = 800;

/**
 * Whether PostgreSQL answers a query, over a connection of the check's own: of a pool only its
 * options are used, so that the check neither waits behind the application nor takes a connection
 * from it. Details: `latency_ms`, from opening the connection to the answer.
 *
 * @param source A connection string, node-postgres's own options, a `pg.Pool`, or a function that
 *   makes a client which is not connected yet. The first two need the package `pg`.
 * @throws TelltaleError when the source or an option cannot be meant.
 * @example
 * monitoring.health.register('database', postgres(pool, { writable: true, warn: 200 }));
 */
export function postgres(
  source: PostgresSource,
  options: PostgresCheckOptions = {},
): ClosableCheck {
  refuseInvalid('postgres', options, {
    query: text,
    statementTimeout: milliseconds,
    writable: flag,
    keepFor: milliseconds,
    ...latencyRules,
  });
  const judge = createLatencyJudge('postgres', options);
  const { query = 'SELECT 1', statementTimeout = STATEMENT_TIMEOUT_MS, writable = false } = options;
  const createClient = buildCreateClient(source);
  // Local to a transaction: behind a pooler the session goes on to serve somebody else. Not as an
  // option of the connection either, which poolers refuse.
  const statements = `BEGIN; SET LOCAL statement_timeout = ${Math.ceil(statementTimeout)}; ${query}`;
  const connections = createAsking(
    async () => postgresConnection(await createClient(), statements),
    options.keepFor ?? 0,
  );

  async function checkPostgres(signal: AbortSignal) {
    const started = performance.now();
    const { readOnly } = await connections.ask(signal);
    const result = judge(started);
    if (!writable || !readOnly) return result;
    return {
      ...result,
      status: 'unhealthy' as const,
      class: 'readonly' as const,
      message: 'the database accepts no writes',
    };
  }
  return Object.assign(checkPostgres, {
    close: connections.close,
    componentType: 'datastore' as const,
  });
}

type CreateClient = () => PgClientLike | Promise<PgClientLike>;
type PgClientClass = new (config: object) => PgClientLike;

function buildCreateClient(source: PostgresSource): CreateClient {
  if (typeof source === 'function') return source as CreateClient;
  if (typeof source === 'string') {
    if (source === '') refuse('postgres', 'expected a connection string, got an empty text');
    return () => importedClient({ connectionString: source });
  }
  if (source === null || typeof source !== 'object') {
    refuse(
      'postgres',
      `expected a connection string, options of node-postgres, a pool or a function that makes a client, got ${shown(source)}`,
    );
  }
  const { options, Client } = source as {
    options?: { password?: unknown };
    Client?: PgClientClass;
  };
  if (options === undefined || Client === undefined) return () => importedClient(source);
  // The pool hides the password from being listed, and so from being copied.
  return () => new Client({ ...named(options), password: options.password });
}

async function importedClient(config: object): Promise<PgClientLike> {
  const pg = await import('pg');
  // Older versions have no named exports.
  const { Client } = pg.Client === undefined ? pg.default : pg;
  return new Client(named(config));
}

/** Lets the administrator of the database see whose connection it is. */
function named(config: object): object {
  return { fallback_application_name: 'telltale', ...config };
}
