import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Exchange } from '../model/adapter.js';
import { type BodySizes, createBodySizes } from './body-size.js';

const WATCH = Symbol('telltale.watch');
const CONNECTION = Symbol('telltale.connection');

type Emit = (...args: unknown[]) => boolean;

/** What is kept per response until it ends. */
interface Watch {
  exchange: Exchange | undefined;
  readonly connection: Connection;
  readonly emit: Emit;
}

/** What is kept per connection: the responses under way on it, and the bytes it has carried. */
interface Connection {
  readonly socket: Socket;
  readonly open: Set<ServerResponse>;
  readonly sizes: BodySizes;
  readonly emit: Emit;
}

interface WatchedResponse {
  [WATCH]: Watch;
  emit: Emit;
}

interface WatchedSocket {
  [CONNECTION]?: Connection;
  emit: Emit;
}

const plainEmit = EventEmitter.prototype.emit as Emit;

// Not enumerable: the application finds the same keys on its objects as ever.
const HIDDEN = { writable: true, configurable: true, enumerable: false };
const RESPONSE_EMIT = { value: emitOfResponse, ...HIDDEN };
const SOCKET_EMIT = { value: emitOfSocket, ...HIDDEN };

/**
 * Closes the exchange when its response ends, by whichever sign comes first: `finish` and `close` of
 * the response, or the end of the connection, which is the only one for a pipelined request whose
 * turn never came. The signs are read off `emit`: a listener more would be one that the application
 * can count, remove, or be warned of.
 */
export function watchResponse(
  request: IncomingMessage,
  response: ServerResponse,
  exchange: Exchange,
): void {
  // Requests that a test or a function platform makes up may have no socket at all.
  const connection = connectionOf(request.socket ?? ({} as Socket));
  connection.open.add(response);
  const watched = response as unknown as WatchedResponse;
  watched[WATCH] = { exchange, connection, emit: watched.emit };
  Object.defineProperty(response, 'emit', RESPONSE_EMIT);
}

function emitOfResponse(this: ServerResponse, ...args: unknown[]): boolean {
  const watch = (this as unknown as Partial<WatchedResponse>)[WATCH];
  // Called on an object that it was not put on.
  if (watch === undefined) return plainEmit.apply(this, args);
  if (args[0] === 'finish') end(this, watch, false);
  // Closed and not finished, whatever its own state says: what was written arrived nowhere.
  else if (args[0] === 'close') end(this, watch, true);
  return watch.emit.apply(this, args);
}

function emitOfSocket(this: Socket, ...args: unknown[]): boolean {
  const connection = (this as unknown as WatchedSocket)[CONNECTION];
  if (connection === undefined) return plainEmit.apply(this, args);
  if (args[0] === 'close') {
    for (const response of connection.open) {
      end(response, (response as unknown as WatchedResponse)[WATCH], true);
    }
  }
  return connection.emit.apply(this, args);
}

function end(response: ServerResponse, watch: Watch, aborted: boolean): void {
  const { exchange, connection } = watch;
  if (exchange === undefined) return;
  watch.exchange = undefined;
  connection.open.delete(response);
  exchange.close({
    status: statusOf(response, exchange),
    aborted,
    responseBytes: connection.sizes.of(response),
  });
}

const STATUS_AT = 'HTTP/1.1 '.length;

/** The status as it was sent: the application may change its response's at any time. */
function statusOf(response: ServerResponse, exchange: Exchange): number {
  try {
    const { _header: head } = response as { _header?: string | null };
    if (typeof head !== 'string') return response.statusCode;
    return Number(head.slice(STATUS_AT, STATUS_AT + 3));
  } catch (error) {
    exchange.fault(error);
    return 0;
  }
}

function connectionOf(socket: Socket): Connection {
  const watched = socket as unknown as WatchedSocket;
  let connection = watched[CONNECTION];
  if (connection === undefined) {
    connection = { socket, open: new Set(), sizes: createBodySizes(socket), emit: watched.emit };
    watched[CONNECTION] = connection;
    // An injected request has an object without events in place of a socket.
    if (typeof watched.emit === 'function') Object.defineProperty(socket, 'emit', SOCKET_EMIT);
  }
  return connection;
}
