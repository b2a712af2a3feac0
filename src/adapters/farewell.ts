import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { responsesOn } from './connection.js';

/** Tells clients of HTTP/1 with an answer that it is the last on its connection. */
export interface Farewell {
  /** Says it with the answers under way on a connection. */
  toUnderWay(socket: Socket): void;
  /** Says it with the answer to a request that has just come. */
  toNew(request: IncomingMessage, response: ServerResponse): void;
}

/**
 * Creates the farewell of one server. Of the answers that a pipeline waits for it is in the last:
 * whatever comes after `Connection: close` is not sent.
 */
export function createFarewell(): Farewell {
  const said = new WeakMap<Socket, ServerResponse>();

  function say(socket: Socket, response: ServerResponse | undefined): void {
    if (response?.headersSent !== false || !response.shouldKeepAlive) return;
    // Node writes the header itself, unless the application has written one of its own.
    response.shouldKeepAlive = false;
    said.set(socket, response);
  }

  return {
    toUnderWay(socket) {
      say(socket, responsesOn(socket).at(-1));
    },
    toNew({ socket }, response) {
      const earlier = said.get(socket);
      if (earlier?.headersSent === false) earlier.shouldKeepAlive = true;
      say(socket, response);
    },
  };
}
