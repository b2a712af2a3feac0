import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { exchangeOf } from './exchange-of.js';
import { type FastifyLike, type FastifyRequest, nameRoute } from './fastify-request.js';

const START = 'tracing:fastify.request.handler:start';
const ERROR = 'tracing:fastify.request.handler:error';

interface Message {
  request: FastifyRequest & { server: object };
  error?: unknown;
}

/**
 * Learns routes and errors from the channels on which Fastify publishes its handlers. They tell less
 * than hooks: a request that a hook answers has no handler. Returns what stops it.
 */
export function followHandlers(app: FastifyLike): () => void {
  function onStart(message: unknown): void {
    const { request } = message as Message;
    const exchange = isOf(app, request) ? exchangeOf(request.raw) : undefined;
    if (exchange !== undefined) nameRoute(exchange, request);
  }

  function onError(message: unknown): void {
    const { request, error } = message as Message;
    if (isOf(app, request)) exchangeOf(request.raw)?.failed(error);
  }

  subscribe(START, onStart);
  subscribe(ERROR, onError);
  return () => {
    unsubscribe(START, onStart);
    unsubscribe(ERROR, onError);
  };
}

/** The channels are the whole process's; instances below an app share its server. */
function isOf(app: FastifyLike, request: Message['request']): boolean {
  return (request.server as Partial<FastifyLike>).server === app.server;
}
