import { metricGroup } from '../model/group.js';
import { counter, gauge, histogram } from '../model/metric.js';
import { operation } from '../model/operation.js';

/**
 * OpenTelemetry's bounds for database calls, in seconds.
 * https://opentelemetry.io/docs/specs/semconv/db/database-metrics/
 */
const BUCKETS: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/**
 * A query, from the moment when it is given to a connection to its answer. `error` is empty, the
 * class of an SQLSTATE such as `23`, or a class of fault such as `refused`.
 */
export const dbQuery = operation('db.client.operation', {
  kind: 'client',
  labels: ['system', 'database', 'operation', 'table', 'error'],
  attributes: {
    system: 'db.system.name',
    database: 'db.namespace',
    operation: 'db.operation.name',
    table: 'db.collection.name',
    error: false,
  },
});

/** Waiting for a connection of a pool that has none idle. */
export const connectionWait = operation('db.client.connection.wait', {
  labels: ['pool'],
  attributes: { pool: 'db.client.connection.pool.name' },
});

/** Queries to databases, and the pools of connections to them. */
export const db = metricGroup('db', {
  duration: histogram({
    name: 'db_client_operation_duration_seconds',
    help: 'Seconds from giving a query to a connection to its answer; error is empty, a class of SQLSTATE or of fault',
    labels: dbQuery.labels,
    buckets: BUCKETS,
    feed: { on: dbQuery, value: 'duration' },
  }),
  connections: gauge({
    name: 'db_client_connections',
    help: 'Open connections of a pool, by state: idle or used',
    labels: ['pool', 'state'],
  }),
  maxConnections: gauge({
    name: 'db_client_connections_max',
    help: 'Most connections that a pool will open',
    labels: ['pool'],
  }),
  pendingRequests: gauge({
    name: 'db_client_connections_pending_requests',
    help: 'Requests that wait for a connection of a pool',
    labels: ['pool'],
  }),
  wait: histogram({
    name: 'db_client_connection_wait_seconds',
    help: 'Seconds that it took to get a connection of a pool',
    labels: ['pool'],
    buckets: BUCKETS,
  }),
  connectionErrors: counter({
    name: 'db_client_connection_errors_total',
    help: 'Requests that got no connection of a pool, by class of fault',
    labels: ['pool', 'error'],
  }),
});
