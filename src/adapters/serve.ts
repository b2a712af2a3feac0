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
  if (wasSeen(request)) return next();
  const endpoint = intake.endpoint(request.method ?? '', request.url ?? '');
  if (endpoint !== undefined) {
    void answer(endpoint, request, response);
    return undefined;
  }
  if (!intake.observes) return next();
  const exchange = intake.open(request);
  keepExchange(request, exchange);
  if (exchange === undefined) return next();
  prepare(exchange, request, response);
  return exchange.within(next);
}

function prepare(exchange: Exchange, request: IncomingMessage, response: ServerResponse): void {
  try {
    watchResponse(request, response, exchange);
    if (exchange.echo !== undefined) response.setHeader(exchange.echo, exchange.requestId);
  } catch (error) {
    // Nobody would tell of its end any more.
    exchange.fault(error);
    exchange.close({ status: 0 });
  }
}
