import type { IncomingMessage } from 'node:http';
import type { Intake } from '../model/adapter.js';
import type { OperationType } from '../model/operation.js';
import type { Diagnostics } from './diagnostics.js';
import type { EndpointTable } from './endpoints.js';
import { HttpExchange } from './exchange.js';
import type { Operations } from './operations.js';
import { requestIdOf } from './request-id.js';
import type { Scopes } from './scope.js';

/** What decides which requests are observed, and under which id. */
export interface RequestsOptions {
  /**
   * Requests that are neither counted, logged nor traced: exact paths, patterns on the path, or a
   * function.
   *
   * @default []
   * @example
   * requests: { ignore: ['/favicon.ico', /^\/assets\//] }
   */
  ignore?: readonly (string | RegExp)[] | ((request: IncomingMessage) => boolean);
  /**
   * Names the route of a request on a plain `node:http` server, where no framework knows it.
   * Return a template such as `/users/:id`, never the path itself; undefined is `unmatched`.
   */
  route?: (request: IncomingMessage) => string | undefined;
  /**
   * Makes the request id. The default takes an `x-request-id` header of up to 128 characters
   * `A-Z a-z 0-9 . _ -`, otherwise a new UUID.
   */
  genReqId?: (request: IncomingMessage) => string;
}

interface IntakeParts {
  endpoints: EndpointTable;
  operations: Operations;
  scopes: Scopes;
  diagnostics: Diagnostics;
  type: OperationType;
  requests: RequestsOptions;
}

/** Creates what adapters hand requests to. */
export function createIntake(parts: IntakeParts): Intake {
  const { endpoints, scopes, diagnostics, requests } = parts;
  const plan = parts.operations.plan(parts.type);
  const shared = { plan, scopes, diagnostics };
  const isIgnored = guarded(buildIgnored(requests.ignore), 'requests.ignore', diagnostics);
  const givenId = guarded(requests.genReqId, 'requests.genReqId', diagnostics);
  const givenRoute = guarded(requests.route, 'requests.route', diagnostics);
  return {
    endpoint: (method, target) => endpoints.find(method, target),
    open(request) {
      if (!plan.watched || isIgnored?.(request)) return undefined;
      const id = givenId?.(request);
      const requestId = typeof id === 'string' && id !== '' ? id : requestIdOf(request);
      const exchange = new HttpExchange(shared, request, requestId);
      const route = givenRoute?.(request);
      if (route !== undefined) exchange.matched(String(route));
      return exchange;
    },
  };
}

type OfRequest<T> = (request: IncomingMessage) => T;

/** A function of the user's that, when it throws, says nothing rather than fail the request. */
function guarded<T>(
  fn: OfRequest<T> | undefined,
  part: string,
  diagnostics: Diagnostics,
): OfRequest<T | undefined> | undefined {
  if (fn === undefined) return undefined;
  return function guardedFn(request) {
    try {
      return fn(request);
    } catch (error) {
      diagnostics.caught(part, error);
      return undefined;
    }
  };
}

function buildIgnored(
  ignore: RequestsOptions['ignore'],
): ((request: IncomingMessage) => boolean) | undefined {
  if (typeof ignore === 'function') return ignore;
  if (ignore === undefined || ignore.length === 0) return undefined;
  const paths = new Set(ignore.filter((entry) => typeof entry === 'string'));
  const patterns = ignore.filter((entry) => entry instanceof RegExp);
  return function isIgnored(request) {
    const path = (request.url ?? '/').split('?', 1)[0] as string;
    return paths.has(path) || patterns.some((pattern) => path.search(pattern) !== -1);
  };
}
