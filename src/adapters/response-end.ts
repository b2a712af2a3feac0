import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Exchange } from '../model/adapter.js';
import { type BodySizes, createBodySizes } from './body-size.js';

const WATCHED = Symbol('telltale.watched');
const CONNECTION = Symbol('telltale.connection');

interface Watched {
  [WATCHED]?: { exchange: Exchange; connection: Connection };
}

/** What is kept per connection: the responses under way on it, and the bytes it has carried. */
interface Connection {
  readonly open: Set<ServerResponse>;
  readonly sizes: BodySizes;
}

/**
 * Closes the exchange when its response ends, by whichever sign comes first: `finish` and `close` of
 * the response, or the end of the connection, which is the only one for a pipelined request whose
 * turn never came, and for a response from which the application removed all listeners.
 */
export function watchResponse(
  request: IncomingMessage,
  response: ServerResponse,
  exchange: Exchange,
): void {
  const connection = connectionOf(request.socket);
  connection.open.add(response);
  (response as Watched)[WATCHED] = { exchange, connection };
  response.on('finish', onFinish);
  response.on('close', onClose);
}

function onFinish(this: ServerResponse): void {
  end(this, false);
}

function onClose(this: ServerResponse): void {
  end(this, !this.writableFinished);
}

function end(response: ServerResponse, aborted: boolean): void {
  const watched = (response as Watched)[WATCHED];
  if (watched === undefined) return;
  (response as Watched)[WATCHED] = undefined;
  const { exchange, connection } = watched;
  connection.open.delete(response);
  const responseBytes = connection.sizes.of(response);
  exchange.close({ status: response.statusCode, aborted, responseBytes });
}

function connectionOf(socket: Socket): Connection {
  const holder = socket as { [CONNECTION]?: Connection };
  let connection = holder[CONNECTION];
  if (connection === undefined) {
    connection = { open: new Set(), sizes: createBodySizes(socket) };
    holder[CONNECTION] = connection;
    const { open } = connection;
    // An injected request has an object without events in place of a socket.
    socket.once?.('close', () => {
      for (const response of open) end(response, !response.writableFinished);
    });
  }
  return connection;
}
