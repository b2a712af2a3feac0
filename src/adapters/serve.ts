import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange, Intake } from '../model/adapter.js';
import { answer } from './answer.js';
import { watchResponse } from './response-end.js';

const EXCHANGE = Symbol('telltale.exchange');

/** The exchange that was opened for a request, by whichever adapter saw it first. */
export function exchangeOf(request: object): Exchange | undefined {
  return (request as { [EXCHANGE]?: Exchange })[EXCHANGE];
}

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
  if (EXCHANGE in request) return next();
  const endpoint = intake.endpoint(request.method ?? 'GET', request.url ?? '/');
  if (endpoint !== undefined) {
    void answer(endpoint, request, response);
    return undefined;
  }
  const exchange = intake.open(request);
  // Set for an ignored request too, so that nobody opens it again further down.
  (request as { [EXCHANGE]?: Exchange | undefined })[EXCHANGE] = exchange;
  if (exchange === undefined) return next();
  watchResponse(request, response, exchange);
  return exchange.within(next);
}
