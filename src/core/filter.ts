import type { IncomingMessage } from 'node:http';
import type { RequestFilter } from './requests.js';

/** Says whether a filter picks a request; undefined when it picks none. */
export type Picks = ((request: IncomingMessage) => boolean | undefined) | undefined;

/** Works out once what a filter picks. */
export function buildFilter(filter: RequestFilter | undefined): Picks {
  if (typeof filter === 'function') return filter;
  if (filter === undefined || filter.length === 0) return undefined;
  const paths = new Set(filter.filter((entry) => typeof entry === 'string'));
  const patterns = filter.filter((entry) => entry instanceof RegExp);
  return function picks(request) {
    const target = request.url ?? '/';
    const query = target.indexOf('?');
    const path = query === -1 ? target : target.slice(0, query);
    // `search` does not move the lastIndex of a pattern with the g flag.
    return paths.has(path) || patterns.some((pattern) => path.search(pattern) !== -1);
  };
}
