import type { Attributes } from '../../model/operation.js';

/** Which database a connection goes to. */
export interface Server {
  readonly database: string;
  readonly attributes: Attributes;
}

const STANDARD_PORT = 5432;

/** Where a client connects to; it has worked that out when it was made. */
export function serverOf(client: { host?: unknown; port?: unknown; database?: unknown }): Server {
  const { host, port, database } = client;
  const attributes: Attributes = {};
  if (typeof host === 'string' && host !== '') attributes['server.address'] = host;
  if (Number(port) !== STANDARD_PORT && !isPath(host)) attributes['server.port'] = Number(port);
  return { database: typeof database === 'string' ? database : '', attributes };
}

/**
 * A name for a pool that was given none, as the convention has it: address, port and database.
 * https://opentelemetry.io/docs/specs/semconv/db/database-metrics/
 */
export function poolName(options: Readonly<Record<string, unknown>>): string {
  const { env } = process;
  const url = urlOf(options.connectionString);
  const host = url?.hostname || options.host || env.PGHOST || 'localhost';
  const port = url?.port || options.port || env.PGPORT || STANDARD_PORT;
  const path = url === undefined ? '' : url.pathname.slice(1);
  const user = url?.username || options.user || env.PGUSER || env.USER || '';
  const database = path || options.database || env.PGDATABASE || user;
  return isPath(host) ? `${host}/${database}` : `${host}:${port}/${database}`;
}

function urlOf(text: unknown): URL | undefined {
  return typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
}

/** A socket of the file system has no port. */
function isPath(host: unknown): boolean {
  return typeof host === 'string' && host.startsWith('/');
}
