import type { IncomingMessage } from 'node:http';
import type { TrustProxy } from './client-address.js';

/** Picks requests: exact paths, patterns on the path, or a function. */
export type RequestFilter = readonly (string | RegExp)[] | ((request: IncomingMessage) => boolean);

/** What decides which requests are observed, and under which names. */
export interface RequestsOptions {
  /**
   * Requests that are neither counted, logged nor traced; or, by signal, those that are not logged
   * or of which no trace is recorded.
   *
   * @default []
   * @example
   * requests: { ignore: ['/favicon.ico', /^\/assets\//] }
   * @example
   * requests: { ignore: { logs: ['/ping'], traces: (request) => request.headers['x-test'] === '1' } }
   */
  ignore?: RequestFilter | { all?: RequestFilter; logs?: RequestFilter; traces?: RequestFilter };
  /**
   * Further labels of the request metrics, each with a function that reads it off the request when
   * the request ends. Keep the values few: each combination is a series of its own.
   *
   * @default {}
   * @example
   * requests: { labels: { plan: (request) => request.user?.plan } }
   */
  labels?: Readonly<
    // biome-ignore lint/suspicious/noExplicitAny: frameworks give the request further members
    Record<string, (request: any) => string | number | boolean | undefined | null>
  >;
  /**
   * Names the route of a request on a plain server of Node's, where no framework knows it. Return a
   * template such as `/users/:id`, never the path itself; undefined is `unmatched`.
   */
  route?: (request: IncomingMessage) => string | undefined;
  /**
   * Makes the request id. The default takes an `x-request-id` header of up to 128 characters
   * `A-Z a-z 0-9 . _ -`, otherwise a new UUID.
   */
  genReqId?: (request: IncomingMessage) => string;
  /**
   * Sends the request id back, in `x-request-id` or in the header that is named. Not possible for
   * HTTP/2 in the style of streams, where the application alone writes the headers.
   *
   * @default false
   */
  echo?: boolean | string;
  /**
   * Milliseconds from which on a request is slow: its line is at least a warning and says
   * `slow: true`, and `http_slow_requests_total` counts it.
   *
   * @default no request is slow
   */
  slow?: number;
  /**
   * Which proxies in front of the service are believed when they tell the client's address in
   * `X-Forwarded-For`, or in `Forwarded` where there is none: `true` all of them, a number the so many
   * nearest to the service, a list those at these addresses and networks, of which `loopback`,
   * `linklocal` and `uniquelocal` have names. The client is the first, from the service outwards, that
   * is not believed. Headers that no proxy of yours overwrites or adds to can be made up by anybody.
   *
   * @default false: the client is the other end of the socket
   * @example
   * requests: { trustProxy: 1 }
   * @example
   * requests: { trustProxy: ['loopback', '10.0.0.0/8'] }
   */
  trustProxy?: TrustProxy;
}
