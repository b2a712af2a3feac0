import { db, dbQuery } from '../catalog/db.js';
import { shape, text, v, validate } from '../core/validate.js';
import { TelltaleError } from '../model/errors.js';
import type { Instrumentation } from './instrumentation.js';
import { watchClient } from './pg/client.js';
import { showFigures } from './pg/figures.js';
import { watchPool } from './pg/pool.js';
import { poolName } from './pg/server.js';
import { isClient, isPool } from './pg/targets.js';
import { createPgWatcher } from './pg/watcher.js';

export type { Instrumentation } from './instrumentation.js';

/** A `Pool` or a `Client` of node-postgres, or of what is built on it. */
export interface PgTarget {
  query(...args: never[]): unknown;
  connect(...args: never[]): unknown;
  end(...args: never[]): unknown;
  emit(...args: never[]): unknown;
}

/** Options of {@link pg}. */
export interface PgOptions {
  /**
   * What the pool is called in metrics and spans.
   *
   * @default address, port and database, such as 'localhost:5432/shop'
   */
  name?: string;
  /**
   * Whether spans have the text of their queries: at most 2,048 characters of it, without comments,
   * and with `?` in place of every value that stands in it. Values of parameters are never read.
   *
   * @default true
   */
  queryText?: boolean;
}

const schema = shape({
  pg: shape({ name: v.optional(text), queryText: v.optional(v.boolean('expected true or false')) }),
});

/**
 * Watches the queries of a `Pool` or `Client` of node-postgres: each is a span below whatever asks it,
 * and an observation in `db_client_operation_duration_seconds`; a pool also shows how far it is used
 * up. Callbacks and events come in the context of whoever asked, which node-postgres loses.
 *
 * Only the object that is given is changed, from the start of the Monitoring to its shutdown. Watching
 * it twice changes nothing, and several Monitorings each see every query once.
 *
 * @throws TelltaleError when the target is neither, or an option cannot be meant.
 * @example
 * const pool = new Pool({ connectionString: process.env.DATABASE_URL });
 * setupMonitoring(app, { instrumentation: [pg(pool)] });
 */
export function pg(target: PgTarget, options: PgOptions = {}): Instrumentation {
  if (!isClient(target)) {
    throw new TelltaleError(
      'TELLTALE_INVALID_OPTION',
      `pg instrumentation: expected a Pool or a Client of pg, got ${target === null ? 'null' : typeof target}`,
    );
  }
  validate(schema, { pg: options });
  const pool = isPool(target) ? target : undefined;
  const { name = pool === undefined ? '' : poolName(pool.options), queryText = true } = options;

  return {
    name: 'pg',
    install(parts) {
      const { operations, metrics } = parts;
      const handles = metrics.use(db);
      if (!operations.plan(dbQuery).watched) return () => {};
      const watcher = createPgWatcher(parts, handles, { pool: name, queryText });
      if (pool === undefined) return watchClient(target, watcher) ?? (() => {});
      const leave = watchPool(pool, watcher);
      if (leave === undefined) return () => {};
      const hide = showFigures(pool, name, metrics, handles);
      return () => {
        leave();
        hide();
      };
    },
  };
}
