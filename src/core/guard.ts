import { createHash, timingSafeEqual } from 'node:crypto';
import type { Endpoint, EndpointRequest, Reply } from '../model/endpoint.js';
import type { Diagnostics } from './diagnostics.js';

/** Who may ask the endpoints. */
export interface GuardOptions {
  /**
   * Says whether a request may be answered. What it throws or rejects with denies, and so does
   * anything but `true`. Denied is 403. The endpoints of health answer everybody, since
   * orchestrators have no token; there, who is admitted sees details (`health.details`).
   *
   * @default everybody may
   * @example
   * endpoints: { authorize: ({ remoteAddress }) => remoteAddress === '10.0.0.7' }
   */
  authorize?: (request: EndpointRequest) => boolean | Promise<boolean>;
  /**
   * A bearer token that a request must carry in `Authorization`, compared in constant time. Without
   * it the answer is 401. Given together with `authorize`, either admits.
   *
   * @default none
   */
  token?: string;
}

/** Puts a guard before endpoints; gives them back as they are when everybody may ask. */
export function guardEndpoints(
  endpoints: readonly Endpoint[],
  admits: Admits | undefined,
  options: GuardOptions,
): readonly Endpoint[] {
  if (admits === undefined) return endpoints;
  const denied = options.token === undefined ? FORBIDDEN : UNAUTHORIZED;
  return endpoints.map((endpoint) => ({
    path: endpoint.path,
    async handle(request) {
      return (await admits(request)) ? endpoint.handle(request) : denied;
    },
  }));
}

/** Says whether the guard lets somebody in. Never throws or rejects. */
export type Admits = (request: EndpointRequest) => boolean | Promise<boolean>;

/** Works out once whom the guard admits; undefined when there is none. */
export function buildAdmits(options: GuardOptions, diagnostics: Diagnostics): Admits | undefined {
  const byToken = options.token === undefined ? undefined : tokenCheck(options.token);
  const { authorize } = options;
  if (authorize === undefined) return byToken;
  return async function admits(request) {
    if (byToken?.(request)) return true;
    try {
      return (await authorize(request)) === true;
    } catch (error) {
      diagnostics.caught('endpoints.authorize', error);
      return false;
    }
  };
}

function tokenCheck(token: string): (request: EndpointRequest) => boolean {
  // Digests are of one length, which is what the comparison needs.
  const expected = digest(token);
  return function hasToken({ headers }) {
    const given = /^Bearer +(\S+) *$/i.exec(String(headers.authorization ?? ''))?.[1] ?? '';
    return timingSafeEqual(digest(given), expected);
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

const FORBIDDEN = refusal(403, 'forbidden\n', {});
const UNAUTHORIZED = refusal(401, 'unauthorized\n', { 'www-authenticate': 'Bearer' });

function refusal(status: number, body: string, headers: Record<string, string>): Reply {
  return {
    status,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(body.length),
      'cache-control': 'no-store',
      ...headers,
    },
    body,
  };
}
