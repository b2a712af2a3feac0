import type { IncomingMessage } from 'node:http';
import { activeRequest } from '../core/scope.js';
import type { Exchange } from '../model/adapter.js';
import { knownConnection } from './connection.js';

const EXCHANGE = Symbol('telltale.exchange');

interface Holder {
  [EXCHANGE]?: Exchange | undefined;
}

/**
 * The exchange that was opened for a request, by whichever adapter saw it first. The current scope
 * knows it nearly always, and its connection otherwise. Nothing is put on a request of a server's:
 * Express gives each one a prototype and so a shape of its own, copied with all that the request
 * has, after which whatever is read off it is looked up from scratch.
 */
export function exchangeOf(request: object): Exchange | undefined {
  const current = activeRequest();
  if (current?.isOf(request)) return current;
  return (request as Holder)[EXCHANGE] ?? exchangeOn(request as IncomingMessage);
}

function exchangeOn(request: IncomingMessage): Exchange | undefined {
  try {
    const open = knownConnection(request.socket)?.open;
    return open?.find(({ exchange }) => exchange.isOf(request))?.exchange;
  } catch {
    // The application has made its socket unreadable.
    return undefined;
  }
}

/** Whether a request has been seen already, be it to be ignored. */
export function wasSeen(request: object): boolean {
  return EXCHANGE in request || exchangeOf(request) !== undefined;
}

/**
 * Notes the exchange of what no connection knows it of: a stream of HTTP/2, a request that somebody
 * made up. `undefined` is noted too, for one that is ignored, so that nobody opens it again further
 * down.
 */
export function keepExchange(request: object, exchange: Exchange | undefined): void {
  // A frozen request keeps nothing, and is at worst seen again.
  if (Object.isExtensible(request)) (request as Holder)[EXCHANGE] = exchange;
}
