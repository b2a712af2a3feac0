import { connectionWait, type db, dbQuery } from '../../catalog/db.js';
import { classifyFault } from '../../core/fault.js';
import type { LiveOperation } from '../../core/operation.js';
import type { Handles } from '../../signals/metrics/metrics.js';
import type { InstrumentationParts } from '../instrumentation.js';
import type { Watcher } from '../tapping.js';
import type { Ended } from './ends.js';
import { failureOf } from './failure.js';
import type { Server } from './server.js';
import { statementOf } from './statement.js';

/** Tells one Monitoring what is done with PostgreSQL. Nothing of it ever throws. */
export interface PgWatcher extends Watcher {
  /** A query is given to a connection. */
  asked(text: unknown, server: Server): Ended;
  /** A connection of the pool is wanted, and none is `free`. */
  wanted(free: boolean): Ended;
}

/** Creates the watcher of one Monitoring. */
export function createPgWatcher(
  { operations, diagnostics }: InstrumentationParts,
  { wait, connectionErrors }: Handles<typeof db>,
  { pool, queryText }: { pool: string; queryText: boolean },
): PgWatcher {
  const waited = wait.labels({ pool });

  function safely<T>(tell: () => T): T | undefined {
    try {
      return tell();
    } catch (error) {
      diagnostics.caught('instrumentation/pg', error);
      return undefined;
    }
  }

  function beginQuery(query: unknown, { database, attributes }: Server): LiveOperation {
    const { operation, table, summary, text } = statementOf(query);
    const labels = { system: 'postgresql', database, operation, table };
    const described = { ...attributes };
    if (summary !== '') described['db.query.summary'] = summary;
    if (queryText && text !== '') described['db.query.text'] = text;
    const name = summary || database || labels.system;
    return operations.begin(dbQuery, { name, labels, attributes: described });
  }

  function fail(operation: LiveOperation, error: unknown): void {
    const { label, attributes } = failureOf(error);
    if ('error' in operation.labels) operation.labels.error = label;
    Object.assign(operation.attributes, attributes);
    operation.end('error', error);
  }

  return {
    operations,
    asked(query, server) {
      const operation = safely(() => beginQuery(query, server));
      return function queryEnded(failed, error) {
        if (operation === undefined) return;
        if (failed) safely(() => fail(operation, error));
        else operation.end('ok');
      };
    },
    wanted(free) {
      const started = performance.now();
      const operation = free ? undefined : operations.begin(connectionWait, { labels: { pool } });
      return function waitEnded(failed, error) {
        if (failed) connectionErrors.inc({ pool, error: classifyFault(error) });
        else waited.observe((performance.now() - started) / 1000);
        if (operation === undefined) return;
        if (failed) safely(() => fail(operation, error));
        else operation.end('ok');
      };
    },
  };
}
