import type { HttpFacts } from '../model/http.js';

/** An optional method, and a path in which `:name` is one segment and a last `*` the rest. */
export const ROUTE_PATTERN = /^(?:([A-Z]+) )?(\/\S*)$/;

/** Creates a test of requests by method and path. */
export function routeTest(pattern: string): (http: Pick<HttpFacts, 'method' | 'path'>) => boolean {
  const [, method, path = ''] = ROUTE_PATTERN.exec(pattern) ?? [];
  const shape = pathPattern(path);
  return (http) => (method === undefined || http.method === method) && shape.test(http.path);
}

function pathPattern(path: string): RegExp {
  const segments = path.split('/').map((segment) => {
    if (segment === '*') return '.*';
    return segment.startsWith(':') ? '[^/]+' : segment.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  });
  return new RegExp(`^${segments.join('/')}$`);
}
