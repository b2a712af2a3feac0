import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The connections of one server that are open. */
export interface Sockets extends Iterable<Socket> {
  readonly size: number;
  add(socket: Socket): void;
  /** Closes those on which nothing has come yet, such as a browser opens ahead of need. */
  closeUnused(): void;
  /** Whether an answer that the application is done with is still on its way to a slow client. */
  sending(): boolean;
  destroy(): void;
}

/** What Node knows of the answer that a connection is at. */
interface Answering {
  _httpMessage?: ServerResponse | null;
}

/** Creates the list. Its one listener on each socket is there only where telltale ends servers. */
export function createSockets(): Sockets {
  const open = new Set<Socket>();
  return {
    [Symbol.iterator]: () => open.values(),
    get size() {
      return open.size;
    },
    add(socket) {
      if (open.has(socket)) return;
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    },
    closeUnused() {
      // Of a TLS socket this counts what came through it, and no handshake.
      for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
    },
    sending() {
      for (const socket of open) {
        const { _httpMessage: response } = socket as Answering;
        if (response?.writableEnded && !response.writableFinished) return true;
      }
      return false;
    },
    destroy() {
      for (const socket of open) socket.destroy();
    },
  };
}
