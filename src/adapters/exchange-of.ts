import { activeRequest } from '../core/scope.js';
import type { Exchange } from '../model/adapter.js';

const EXCHANGE = Symbol('telltale.exchange');

interface Holder {
  [EXCHANGE]?: Exchange | undefined;
}

/**
 * The exchange that was opened for a request, by whichever adapter saw it first. The current scope
 * is asked first: Express gives each request a prototype and so a shape of its own, and whatever is
 * read off such an object is looked up from scratch every time.
 */
export function exchangeOf(request: object): Exchange | undefined {
  const current = activeRequest();
  return current?.isOf(request) ? current : (request as Holder)[EXCHANGE];
}

/** Whether a request has been seen already, be it to be ignored. */
export function wasSeen(request: object): boolean {
  return EXCHANGE in request;
}

/**
 * Notes the exchange of a request. `undefined` is noted too, for one that is ignored, so that nobody
 * opens it again further down.
 */
export function keepExchange(request: object, exchange: Exchange | undefined): void {
  // A frozen request keeps nothing, and is at worst seen again.
  if (Object.isExtensible(request)) (request as Holder)[EXCHANGE] = exchange;
}
