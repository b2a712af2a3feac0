import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Exchange } from '../model/adapter.js';
import { connectionOf, knownConnection, type Watch } from './connection.js';

/** Where Node tells of every response of its servers that was written in full. */
const FINISHED = 'http.server.response.finish';

// The channel is the process's, and so is the one subscription to it.
let hearers = 0;
let awaited = 0;

/**
 * Hears of finished responses until the function that it returns is called, and of those that are
 * under way by then still.
 */
export function hearResponses(): () => void {
  if (hearers + awaited === 0) subscribe(FINISHED, onFinished);
  hearers++;
  return () => {
    hearers--;
    leave();
  };
}

function leave(): void {
  if (hearers + awaited === 0) unsubscribe(FINISHED, onFinished);
}

/**
 * Closes the exchange when its response ends, by whichever sign comes first: Node's word that it is
 * written, or the end of the connection, which is the only one for a pipelined request whose turn
 * never came. No listener is added: it would be one that the application can count, remove, or be
 * warned of; and nothing is put on the response, which every framework reads again and again.
 * Returns whether the connection is a server's, so that the exchange can be found by it.
 */
export function watchResponse(
  request: IncomingMessage,
  response: ServerResponse,
  exchange: Exchange,
): boolean {
  // Requests that a test or a function platform makes up may have no socket at all.
  const connection = connectionOf(request.socket ?? ({} as Socket), lose);
  const watch = { exchange, response, connection };
  connection.open.push(watch);
  if (hearers + awaited === 0) subscribe(FINISHED, onFinished);
  awaited++;
  if (!connection.isServers || !isHeardByNode(response)) watchEvents(watch);
  return connection.isServers;
}

/** Node tells of a response from its own listener, which must be there for that. */
function isHeardByNode(response: ServerResponse): boolean {
  return response.listenerCount('finish') > 0;
}

function onFinished(message: unknown): void {
  const { response, socket } = message as { response: ServerResponse; socket: Socket };
  const watch = knownConnection(socket)?.open.find((open) => open.response === response);
  if (watch !== undefined) end(watch, false);
}

/** The connection is gone: what was written arrived nowhere, whatever the response itself says. */
function lose(watch: Watch): void {
  // Only without its listener Node has not told of a response that was written in full.
  end(watch, isHeardByNode(watch.response) || !watch.response.writableFinished);
}

/** Reads the signs off the events of a response that is no server's: injected, or of HTTP/2. */
function watchEvents(watch: Watch): void {
  const { response } = watch;
  const emit = response.emit as (...args: unknown[]) => boolean;
  Object.defineProperty(response, 'emit', {
    value: function emitOfResponse(this: ServerResponse, ...args: unknown[]): boolean {
      // Called on an object that it was not put on.
      if (this !== response) return EventEmitter.prototype.emit.apply(this, args as [string]);
      if (args[0] === 'finish') end(watch, false);
      else if (args[0] === 'close') end(watch, true);
      return emit.apply(this, args);
    },
    writable: true,
    configurable: true,
    // The application finds the same keys on its objects as ever.
    enumerable: false,
  });
}

function end(watch: Watch, aborted: boolean): void {
  const { exchange, response, connection } = watch;
  const at = connection.open.indexOf(watch);
  if (at === -1) return;
  connection.open.splice(at, 1);
  awaited--;
  leave();
  exchange.close({
    status: statusOf(response, exchange),
    aborted,
    responseBytes: connection.sizes.of(response),
  });
}

const STATUS_AT = 'HTTP/1.1 '.length;
const ZERO = 48;

const digitAt = (head: string, place: number) => head.charCodeAt(STATUS_AT + place) - ZERO;

/** The status as it was sent: the application may change its response's at any time. */
function statusOf(response: ServerResponse, exchange: Exchange): number {
  try {
    const { _header: head } = response as { _header?: string | null };
    if (typeof head !== 'string') return response.statusCode;
    return 100 * digitAt(head, 0) + 10 * digitAt(head, 1) + digitAt(head, 2) || 0;
  } catch (error) {
    exchange.fault(error);
    return 0;
  }
}
