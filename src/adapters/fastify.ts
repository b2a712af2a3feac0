import type { Server, ServerResponse } from 'node:http';
import type { Adapter, Intake } from '../model/adapter.js';
import { exchangeOf } from './exchange-of.js';
import { followHandlers } from './fastify-handlers.js';
import { addHookFirst } from './fastify-hooks.js';
import { type FastifyLike, type FastifyRequest, nameRoute } from './fastify-request.js';
import { fastifyTraffic } from './fastify-traffic.js';
import { nodeAdapter } from './node.js';
import { serve } from './serve.js';

interface FastifyReply {
  raw: ServerResponse;
  hijack(): unknown;
}

type Done = () => void;

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
    const detachServer = nodeAdapter.attach(app.server as Server, intake);
    const detachHooks = addHooks(app, intake);
    return () => {
      detachServer();
      detachHooks();
    };
  },

  traffic: fastifyTraffic,
};

/** Fastify takes no hook back, so that ours have to know when they are no longer wanted. */
function addHooks(app: FastifyLike, intake: Intake): () => void {
  let attached = true;

  function telltaleRoute(request: FastifyRequest, reply: FastifyReply, done: Done): void {
    if (!attached) return done();
    const exchange = exchangeOf(request.raw);
    if (exchange === undefined) return servePastServer(intake, request, reply, done);
    nameRoute(exchange, request);
    done();
  }

  function telltaleError(request: FastifyRequest, _: FastifyReply, error: Error, done: Done): void {
    if (attached) exchangeOf(request.raw)?.failed(error);
    done();
  }

  try {
    addHookFirst(app, 'onRequest', telltaleRoute);
    addHookFirst(app, 'onError', telltaleError);
  } catch {
    // An instance that listens already takes no more hooks; what its handlers publish is left.
    return followHandlers(app);
  }
  return () => {
    attached = false;
  };
}

/** Serves what did not come by the server: an injected request, or one of a second address. */
function servePastServer(
  intake: Intake,
  request: FastifyRequest,
  reply: FastifyReply,
  done: Done,
): void {
  let passedOn = false;
  serve(intake, request.raw, reply.raw, () => {
    passedOn = true;
    const exchange = exchangeOf(request.raw);
    if (exchange !== undefined) nameRoute(exchange, request);
    done();
  });
  if (!passedOn) reply.hijack();
}
