import type { IncomingMessage } from 'node:http';
import type { RequestFilter } from './requests.js';
import { pathOf } from './target.js';

/** Says whether a filter picks a request; undefined when it picks none. */
export type Picks = ((request: IncomingMessage) => boolean | undefined) | undefined;

/** Works out once what a filter picks. */
export function buildFilter(filter: RequestFilter | undefined): Picks {
  if (typeof filter === 'function') return filter;
  if (filter === undefined || filter.length === 0) return undefined;
  const paths = new Set(filter.filter((entry) => typeof entry === 'string'));
  const patterns = filter.filter((entry) => entry instanceof RegExp);
  return function picks(request) {
    const path = pathOf(request.url ?? '/');
    // `search` does not move the lastIndex of a pattern with the g flag.
    return paths.has(path) || patterns.some((pattern) => path.search(pattern) !== -1);
  };
}
