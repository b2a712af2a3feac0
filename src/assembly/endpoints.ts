import { createEndpointServer } from '../adapters/endpoint-server.js';
import type { Diagnostics } from '../core/diagnostics.js';
import { createEndpointTable, type EndpointTable } from '../core/endpoints.js';
import { type Admits, guardEndpoints } from '../core/guard.js';
import type { Part } from '../core/lifecycle.js';
import type { Endpoint } from '../model/endpoint.js';
import type { EndpointsOptions } from '../options.js';

/** Where the endpoints are served. */
export interface ServedEndpoints {
  /** What the application's own port serves. */
  readonly table: EndpointTable;
  /** The server of their own, if they have one. */
  readonly parts: readonly Part[];
}

const HOST = '127.0.0.1';

/**
 * Puts the guard before the endpoints that are not open to everybody, and all of them on the
 * application's port or on their own.
 *
 * @throws TelltaleError when two endpoints have the same path.
 */
export function serveEndpoints(
  endpoints: { guarded: readonly Endpoint[]; open: readonly Endpoint[] },
  admits: Admits | undefined,
  options: EndpointsOptions = {},
  diagnostics: Diagnostics,
): ServedEndpoints {
  const guarded = guardEndpoints(endpoints.guarded, admits, options);
  const table = createEndpointTable([...guarded, ...endpoints.open]);
  if (options.port === undefined) return { table, parts: [] };
  const server = createEndpointServer(table, options.port, options.host ?? HOST, diagnostics);
  return { table: createEndpointTable([]), parts: [{ name: 'endpoints', ...server }] };
}
