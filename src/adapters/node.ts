import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Adapter } from '../model/adapter.js';
import { override } from './override.js';
import { serve } from './serve.js';

/** The part of Node's `http.Server` and `https.Server` that the adapter needs. */
export interface ServerLike {
  emit(event: string | symbol, ...args: never[]): boolean;
  listen(...args: never[]): unknown;
  closeAllConnections(): void;
}

/** The events by which a server hands a request to the application. */
const REQUEST_EVENTS: ReadonlySet<unknown> = new Set([
  'request',
  'checkContinue',
  'checkExpectation',
]);

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
      typeof server.closeAllConnections === 'function'
    );
  },

  attach(server, intake) {
    return override(server, 'emit', (emit) => {
      const original = emit as (...args: unknown[]) => boolean;
      function monitoredEmit(this: Server, ...args: unknown[]): boolean {
        if (!REQUEST_EVENTS.has(args[0])) return original.apply(this, args);
        const [, request, response] = args as [string, IncomingMessage, ServerResponse];
        return serve(intake, request, response, () => original.apply(this, args)) ?? true;
      }
      return monitoredEmit as typeof emit;
    });
  },
};
