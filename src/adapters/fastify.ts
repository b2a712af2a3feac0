import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Adapter, Exchange, Intake } from '../model/adapter.js';
import { exchangeOf } from './exchange-of.js';
import { nodeAdapter } from './node.js';
import { serve } from './serve.js';

/** The part of a Fastify instance that the adapter needs. */
export interface FastifyLike {
  server: object;
  addHook(name: string, hook: (...args: never[]) => unknown): unknown;
  register(...args: never[]): unknown;
  inject(...args: never[]): unknown;
}

interface Request {
  raw: IncomingMessage;
  is404: boolean;
  routeOptions: { url?: string | undefined };
}

interface Reply {
  raw: ServerResponse;
  hijack(): unknown;
}

/**
 * Fastify 5. Requests are taken from the server below it, since hooks miss malformed and aborted
 * ones; hooks tell the route and the error, and see what `inject` sends past the server.
 */
export const fastifyAdapter: Adapter<FastifyLike> = {
  name: 'fastify',

  matches(app): app is FastifyLike {
    const instance = app as Partial<FastifyLike> | null;
    return (
      typeof instance === 'object' &&
      typeof instance?.addHook === 'function' &&
      typeof instance.register === 'function' &&
      typeof instance.inject === 'function' &&
      typeof instance.server === 'object'
    );
  },

  attach(app, intake) {
    let attached = true;
    const detach = nodeAdapter.attach(app.server as Server, intake);

    app.addHook('onRequest', function telltaleRoute(request: Request, reply: Reply, done: Done) {
      if (!attached) return done();
      const exchange = exchangeOf(request.raw);
      if (exchange === undefined) return serveInjected(intake, request, reply, done);
      nameRoute(exchange, request);
      done();
    });
    app.addHook(
      'onError',
      function telltaleError(request: Request, _reply: Reply, error: Error, done: Done) {
        if (attached) exchangeOf(request.raw)?.failed(error);
        done();
      },
    );
    return () => {
      attached = false;
      detach();
    };
  },
};

type Done = () => void;

function nameRoute(exchange: Exchange, request: Request): void {
  exchange.matched(request.is404 ? undefined : request.routeOptions.url);
}

function serveInjected(intake: Intake, request: Request, reply: Reply, done: Done): void {
  let passedOn = false;
  serve(intake, request.raw, reply.raw, () => {
    passedOn = true;
    const exchange = exchangeOf(request.raw);
    if (exchange !== undefined) nameRoute(exchange, request);
    done();
  });
  if (!passedOn) reply.hijack();
}
