import type { IncomingMessage } from 'node:http';
import type { Intake } from '../model/adapter.js';
import type { OperationType } from '../model/operation.js';
import { clientBehind } from './client-address.js';
import type { Diagnostics } from './diagnostics.js';
import type { EndpointTable } from './endpoints.js';
import { type ExchangeParts, HttpExchange, type RequestLogs } from './exchange.js';
import { buildFilter } from './filter.js';
import type { Operations } from './operations.js';
import type { RequestFilter, RequestsOptions } from './requests.js';
import type { Scopes } from './scope.js';

interface IntakeParts {
  endpoints: EndpointTable;
  operations: Operations;
  scopes: Scopes;
  identified: boolean;
  diagnostics: Diagnostics;
  type: OperationType;
  logs: RequestLogs;
  requests: RequestsOptions;
}

const ECHO_HEADER = 'x-request-id';

/** Creates what adapters hand requests to. */
export function createIntake(parts: IntakeParts): Intake {
  const { endpoints, diagnostics, requests } = parts;
  const plan = parts.operations.plan(parts.type);
  const ignore = ignoreBySignal(requests.ignore);
  const guard = <T>(fn: OfRequest<T> | undefined, part: string) =>
    guarded(fn, `requests.${part}`, diagnostics);
  const isIgnored = guard(buildFilter(ignore.all), 'ignore');
  const givenId = guard(requests.genReqId, 'genReqId');
  const givenRoute = guard(requests.route, 'route');
  const shared: ExchangeParts = {
    plan,
    scopes: parts.scopes,
    identified: parts.identified,
    diagnostics,
    logs: parts.logs,
    echo: requests.echo === true ? ECHO_HEADER : requests.echo || undefined,
    slowSeconds: (requests.slow ?? Number.POSITIVE_INFINITY) / 1000,
    isUnlogged: guard(buildFilter(ignore.logs), 'ignore.logs'),
    isUntraced: guard(buildFilter(ignore.traces), 'ignore.traces'),
    clientOf: clientBehind(requests.trustProxy),
    labels: Object.entries(requests.labels ?? {}).map(([name, read]) => ({
      name,
      read: guard(read, `labels.${name}`) as OfRequest<unknown>,
    })),
  };
  return {
    get observes() {
      return plan.watched;
    },
    log: parts.logs.logger,
    endpoint: (method, target) => endpoints.find(method, target),
    open(request) {
      if (!plan.watched || isIgnored?.(request)) return undefined;
      try {
        return begin(request);
      } catch (error) {
        // What is no request by half its members is served all the same.
        diagnostics.caught('adapters', error);
        return undefined;
      }
    },
  };

  function begin(request: IncomingMessage): HttpExchange {
    const id = givenId?.(request);
    const exchange = new HttpExchange(shared, request, typeof id === 'string' ? id : '');
    const route = givenRoute?.(request);
    if (route !== undefined) exchange.matched(String(route));
    return exchange;
  }
}

function ignoreBySignal(ignore: RequestsOptions['ignore'] = []): {
  all?: RequestFilter;
  logs?: RequestFilter;
  traces?: RequestFilter;
} {
  if (typeof ignore === 'function' || isList(ignore)) return { all: ignore };
  return ignore;
}

function isList(value: unknown): value is readonly (string | RegExp)[] {
  return Array.isArray(value);
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
