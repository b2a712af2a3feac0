import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Exchange } from '../model/adapter.js';
import { type BodySizes, createBodySizes } from './body-size.js';

/** A response under way, and the exchange that ends with it. */
export interface Watch {
  readonly exchange: Exchange;
  readonly response: ServerResponse;
  readonly connection: Connection;
}

/** What is kept per connection: the responses under way on it, and the bytes it has carried. */
export interface Connection {
  /** In the order of their requests: the one that ends is the first, but for odd cases. */
  readonly open: Watch[];
  readonly sizes: BodySizes;
  readonly emit: Emit;
  /** Whether it belongs to a server of Node's, which tells of the responses that it finished. */
  readonly isServers: boolean;
}

type Emit = (...args: unknown[]) => boolean;

interface WatchedSocket {
  [CONNECTION]?: Connection;
  emit: Emit;
  server?: unknown;
}

const CONNECTION = Symbol('telltale.connection');

const plainEmit = EventEmitter.prototype.emit as Emit;

/** What is known of a connection that has been watched. */
export function knownConnection(socket: Socket | undefined): Connection | undefined {
  return (socket as unknown as WatchedSocket | undefined)?.[CONNECTION];
}

/** The responses under way on a connection, in the order in which they will be sent. */
export function responsesOn(socket: Socket): readonly ServerResponse[] {
  return (knownConnection(socket)?.open ?? []).map(({ response }) => response);
}

/**
 * The connection that a socket is. `lost` is told of the responses still under way when it closes,
 * which is read off `emit`: a listener more would be one that the application can count or remove.
 */
export function connectionOf(socket: Socket, lost: (watch: Watch) => void): Connection {
  const watched = socket as unknown as WatchedSocket;
  const known = watched[CONNECTION];
  if (known !== undefined) return known;
  const connection: Connection = {
    open: [],
    sizes: createBodySizes(socket),
    emit: watched.emit,
    isServers: watched.server !== undefined,
  };
  watched[CONNECTION] = connection;
  // An injected request has an object without events in place of a socket.
  if (typeof watched.emit !== 'function') return connection;
  Object.defineProperty(socket, 'emit', {
    value: emitOfSocket,
    writable: true,
    configurable: true,
    // The application finds the same keys on its objects as ever.
    enumerable: false,
  });
  return connection;

  function emitOfSocket(this: Socket, ...args: unknown[]): boolean {
    // Called on an object that it was not put on.
    if (this !== socket) return plainEmit.apply(this, args);
    if (args[0] === 'close') for (const watch of [...connection.open]) lost(watch);
    return connection.emit.apply(this, args);
  }
}
