import { IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { override } from '../core/override.js';
import type { Adapter, Intake } from '../model/adapter.js';
import { emittingInside, isPatched } from './emit-inside.js';
import { offerLog } from './request-log.js';
import { hearResponses } from './response-end.js';
import { serve } from './serve.js';
import { adopt, serveStream } from './serve-stream.js';
import { serverTraffic } from './server-traffic.js';

/** The part of a server of `node:http`, `node:https` or `node:http2` that the adapter needs. */
export interface ServerLike {
  emit(event: string | symbol, ...args: never[]): boolean;
  listen(...args: never[]): unknown;
  close(...args: never[]): unknown;
  setTimeout(...args: never[]): unknown;
}

/**
 * Node's own servers. Their `emit` is overridden rather than a listener added: the application's
 * listeners stay the only ones, and whatever they are replaced by is seen too.
 */
export const nodeAdapter: Adapter<Server> = {
  name: 'node:http',

  matches(app): app is Server {
    const server = app as Partial<ServerLike> | null;
    return (
      typeof server === 'object' &&
      typeof server?.emit === 'function' &&
      typeof server.listen === 'function' &&
      typeof server.close === 'function' &&
      // Servers of `node:net` have the rest, and no requests.
      typeof server.setTimeout === 'function'
    );
  },

  attach(server, intake) {
    const deaf = intake.observes ? hearResponses() : undefined;
    let attached = true;
    const withdraw = offerLog(IncomingMessage.prototype, intake.log);
    const restore = override(server, 'emit', (emit) => {
      const original = emit as (...args: unknown[]) => boolean;
      const inside = isPatched(server) ? emittingInside(server, original, intake) : undefined;
      function monitoredEmit(this: Server, ...args: unknown[]): boolean {
        // Who has wrapped this function since goes on calling it.
        switch (attached && args[0]) {
          case 'request':
          case 'checkContinue':
          case 'checkExpectation':
            if (inside !== undefined) return inside(args);
            return onRequest(intake, args, () => original.apply(this, args));
          case 'stream':
            return onStream(intake, args, () => original.apply(this, args));
          default:
            return original.apply(this, args);
        }
      }
      return monitoredEmit as typeof emit;
    });
    return () => {
      attached = false;
      restore();
      withdraw();
      deaf?.();
    };
  },

  traffic: (server) => serverTraffic(server),
};

function onRequest(intake: Intake, args: readonly unknown[], emit: () => boolean): boolean {
  const [, request, response] = args as [string, IncomingMessage, ServerResponse];
  adopt(request, response);
  return serve(intake, request, response, emit) ?? true;
}

function onStream(intake: Intake, args: readonly unknown[], emit: () => boolean): boolean {
  const [, stream, headers] = args as [string, ServerHttp2Stream, IncomingHttpHeaders];
  return serveStream(intake, stream, headers, emit) ?? true;
}
