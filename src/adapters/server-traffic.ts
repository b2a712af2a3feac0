import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Http2Session, Http2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { override } from '../core/override.js';
import type { Traffic } from '../model/traffic.js';
import { createFarewell } from './farewell.js';
import { createSessions } from './sessions.js';
import { createSockets } from './sockets.js';

/** The traffic of one server of Node's. */
export interface ServerTraffic extends Traffic {
  /** Whether it has closed, and its connections with it. */
  readonly closed: boolean;
  /** Takes note of a connection that was there before. */
  met(socket: Socket): void;
}

/** How often connections that have become idle are closed. */
const SWEEP_MS = 100;

/**
 * Watches what comes to a server, by its `emit`. `shut` makes the server accept no more; where
 * somebody else's `close` does that, it is to be waited for.
 */
export function serverTraffic(
  server: Server,
  shut: () => unknown = () => {
    if (server.listening) server.close();
  },
): ServerTraffic {
  const connections = createSockets();
  // Over TLS requests come on a socket of their own, above that of the connection.
  const sockets = 'setSecureContext' in server ? createSockets() : connections;
  const sessions = createSessions();
  const farewell = createFarewell();
  let phase: 'open' | 'draining' | 'closing' = 'open';
  let closed = false;
  let tellClosed: (() => void) | undefined;
  let sweep: NodeJS.Timeout | undefined;
  let restoreIdle: (() => void) | undefined;

  function note(event: unknown, first: unknown, second: unknown): void {
    switch (event) {
      case 'connection':
        connections.add(first as Socket);
        break;
      case 'secureConnection':
        sockets.add(first as Socket);
        break;
      case 'session':
        sessions.add(first as Http2Session);
        break;
      case 'stream':
        if (phase !== 'open') sessions.leave((first as Http2Stream).session);
        break;
      case 'request':
      case 'checkContinue':
      case 'checkExpectation':
        if (phase !== 'open' && (first as IncomingMessage).httpVersionMajor === 1) {
          farewell.toNew(first as IncomingMessage, second as ServerResponse);
        }
        break;
      case 'listening':
        // It was told to close before it had begun to listen.
        if (phase === 'closing') server.close();
        break;
      case 'close':
        closed = true;
        tellClosed?.();
    }
  }

  const restore = override(server, 'emit', (emit) => {
    const original = emit as (...args: unknown[]) => boolean;
    function watchedEmit(this: Server, ...args: unknown[]): boolean {
      note(args[0], args[1], args[2]);
      return original.apply(this, args);
    }
    return watchedEmit as typeof emit;
  });

  /**
   * Node takes a connection for idle whose answer was ended and not sent yet, and cuts it. As long as
   * there is one, nothing idle is closed: what comes on such a connection is served all the same.
   */
  function spareTheSlow(): () => void {
    if (typeof server.closeIdleConnections !== 'function') return () => {};
    return override(server, 'closeIdleConnections', (closeIdle) => {
      return function closeIdleConnections(this: Server) {
        if (!sockets.sending()) closeIdle.call(this);
      };
    });
  }

  async function lastConnection(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      tellClosed = resolve;
    });
    const count = await new Promise<number>((resolve) => {
      server.getConnections((error, connected) => resolve(error ? 0 : connected));
    });
    if (server.listening || count > 0) await ended;
  }

  return {
    get accepting() {
      return server.listening;
    },
    get closed() {
      return closed;
    },
    inHooks: false,
    met(socket) {
      connections.add(socket);
      sockets.add(socket);
    },
    drain() {
      if (phase !== 'open') return;
      phase = 'draining';
      sessions.drain();
      for (const socket of sockets) farewell.toUnderWay(socket);
    },
    async close() {
      phase = 'closing';
      restoreIdle ??= spareTheSlow();
      const ended = lastConnection();
      sweep ??= setInterval(() => {
        server.closeIdleConnections?.();
        sockets.closeUnused();
        sessions.close();
      }, SWEEP_MS);
      sessions.close();
      await shut();
      await ended;
      clearInterval(sweep);
    },
    cut() {
      const { size } = connections;
      connections.destroy();
      server.closeAllConnections?.();
      return size;
    },
    release() {
      clearInterval(sweep);
      // Where somebody has overridden `emit` since, this stays in place and must do nothing.
      phase = 'open';
      restoreIdle?.();
      restore();
    },
  };
}
