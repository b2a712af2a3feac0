import type { ServerResponse } from 'node:http';
import { override } from '../core/override.js';
import type { Exchange } from '../model/adapter.js';
import { exchangeOf } from './exchange-of.js';
import type { Layer, RoutedRequest } from './express-layer.js';
import { createTrail, type Trail } from './express-trail.js';

type Next = (error?: unknown) => void;
type HandleRequest = (
  this: Layer,
  request: RoutedRequest,
  response: ServerResponse,
  next: Next,
) => unknown;
type HandleError = (
  this: Layer,
  error: unknown,
  request: RoutedRequest,
  response: ServerResponse,
  next: Next,
) => unknown;

interface LayerPrototype {
  [WATCHERS]?: { count: number; undo: () => void };
  handleRequest?: HandleRequest;
  handleError?: HandleError;
  handle_request?: HandleRequest;
  handle_error?: HandleError;
}

const WATCHERS = Symbol('telltale.watchers');

/**
 * Follows requests through the routers that `layer` is of the kind of. Only while a request is on
 * its way is the pattern of a mount known together with the part of the path that it took: the layer
 * is where both meet, in every version of Express. Returns what stops it.
 */
export function watchLayers(layer: Layer): () => void {
  const prototype = Object.getPrototypeOf(layer) as LayerPrototype;
  prototype[WATCHERS] ??= { count: 0, undo: overrideLayers(prototype) };
  const watchers = prototype[WATCHERS];
  watchers.count++;
  return () => {
    watchers.count--;
    if (watchers.count > 0) return;
    watchers.undo();
    delete prototype[WATCHERS];
  };
}

function overrideLayers(prototype: LayerPrototype): () => void {
  const isExpress4 = typeof prototype.handle_request === 'function';
  const undo = [
    override(prototype, isExpress4 ? 'handle_request' : 'handleRequest', (original) =>
      followRequest(original as HandleRequest),
    ),
    override(prototype, isExpress4 ? 'handle_error' : 'handleError', (original) =>
      followError(original as HandleError),
    ),
  ];
  return () => {
    for (const step of undo) step();
  };
}

function followRequest(original: HandleRequest): HandleRequest {
  return function handleRequest(request, response, next) {
    const isRoute = this.route !== undefined;
    // Most layers are middleware of the application itself, which no template is made of.
    const exchange =
      (isRoute || request.baseUrl) && !('method' in this) ? exchangeOf(request) : undefined;
    if (exchange === undefined) return original.call(this, request, response, next);
    follow(exchange, this, request);
    return original.call(this, request, response, isRoute ? leaving(exchange, next) : next);
  };
}

function follow(exchange: Exchange, layer: Layer, request: RoutedRequest): void {
  try {
    exchange.notes ??= createTrail();
    const trail = exchange.notes as Trail;
    if (layer.route === undefined) trail.enterMount(layer, request);
    else exchange.matched(trail.routeTemplate(layer, request));
  } catch (error) {
    exchange.fault(error);
  }
}

/** A route that hands the request on has not answered it; one that fails has. */
function leaving(exchange: Exchange, next: Next): Next {
  return function nextAfterRoute(error) {
    if (error && error !== 'route' && error !== 'router') exchange.failed(error);
    else exchange.matched(undefined);
    next(error);
  };
}

function followError(original: HandleError): HandleError {
  return function handleError(error, request, response, next) {
    exchangeOf(request)?.failed(error);
    return original.call(this, error, request, response, next);
  };
}
