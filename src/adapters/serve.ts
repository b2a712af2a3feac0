import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange, Intake } from '../model/adapter.js';
import { answer } from './answer.js';
import { keepExchange, wasSeen } from './exchange-of.js';
import { watchResponse } from './response-end.js';

/**
 * Takes one request of Node's to the intake: an endpoint answers it, or `next` serves it as an
 * exchange. A request that has been seen already, by the server below or the app above, goes on
 * untouched. Returns what `next` returns.
 */
export function serve<T>(
  intake: Intake,
  request: IncomingMessage,
  response: ServerResponse,
  next: () => T,
): T | undefined {
  // Put last, among what is for requests that are observed, this costs a Fastify app 2 µs a request.
  if (!intake.observes) return serveEndpoint(intake, request, response) ? undefined : next();
  if (wasSeen(request)) return next();
  if (serveEndpoint(intake, request, response)) return undefined;
  const exchange = intake.open(request);
  if (exchange === undefined || !prepare(exchange, request, response)) {
    keepExchange(request, exchange);
  }
  if (exchange === undefined) return next();
  return exchange.within(next);
}

/** Answers the request when it is for an endpoint, and returns whether it is. */
export function serveEndpoint(
  intake: Intake,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const endpoint = intake.endpoint(request.method ?? '', request.url ?? '');
  if (endpoint === undefined) return false;
  answer(endpoint, request, response);
  return true;
}

/** Returns whether the connection knows the exchange from now on. */
function prepare(exchange: Exchange, request: IncomingMessage, response: ServerResponse): boolean {
  try {
    const isKnown = watchResponse(request, response, exchange);
    if (exchange.echo !== undefined) response.setHeader(exchange.echo, exchange.requestId);
    return isKnown;
  } catch (error) {
    // Nobody would tell of its end any more.
    exchange.fault(error);
    exchange.close({ status: 0 });
    return false;
  }
}
