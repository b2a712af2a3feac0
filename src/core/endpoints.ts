import type { Endpoint } from '../model/endpoint.js';
import { TelltaleError } from '../model/errors.js';
import { pathOf } from './target.js';

/** Finds telltale's own endpoint for a request, if it is one. */
export interface EndpointTable {
  find(method: string, target: string): Endpoint | undefined;
}

/**
 * Creates the table. GET and HEAD only: any other method belongs to the application. A query
 * string and a trailing slash do not hide an endpoint.
 *
 * @throws TelltaleError when two endpoints have the same path.
 */
export function createEndpointTable(endpoints: readonly Endpoint[]): EndpointTable {
  const byPath = new Map<string, Endpoint>();
  for (const endpoint of endpoints) {
    if (byPath.has(endpoint.path)) {
      throw new TelltaleError(
        'TELLTALE_INVALID_OPTION',
        `option endpoints: expected a path of its own for each endpoint, got "${endpoint.path}" twice`,
      );
    }
    byPath.set(endpoint.path, endpoint);
  }
  return {
    find(method, target) {
      if ((method !== 'GET' && method !== 'HEAD') || typeof target !== 'string') return undefined;
      const path = pathOf(target);
      const found = byPath.get(path);
      if (found !== undefined || !path.endsWith('/') || path.length === 1) return found;
      return byPath.get(path.slice(0, -1));
    },
  };
}
