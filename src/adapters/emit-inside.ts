import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Intake } from '../model/adapter.js';
import { wasSeen } from './exchange-of.js';
import { serve, serveEndpoint } from './serve.js';
import { adopt } from './serve-stream.js';

type Emit = (...args: unknown[]) => boolean;

const EVENTS = ['request', 'checkContinue', 'checkExpectation'];

/** Whether somebody has patched `emit` for all servers, as OpenTelemetry's instrumentation does. */
export function isPatched(server: Server): boolean {
  return !Object.hasOwn(server, 'emit') && server.emit !== EventEmitter.prototype.emit;
}

/**
 * Emits requests of a server whose `emit` is patched so that they are taken to the intake behind the
 * patch, in the span that it has made, and endpoints are answered in front of it, with none. The
 * patch ends in the `emit` of Node's emitters, which looks for listeners on what it is called on: it
 * is called on a stand-in for the server, whose one listener emits the event on the server itself.
 */
export function emittingInside(
  server: Server,
  patched: Emit,
  intake: Intake,
): (args: unknown[]) => boolean {
  const emit = EventEmitter.prototype.emit as Emit;
  const listeners: Record<string, (...args: unknown[]) => void> = Object.create(null);
  for (const event of EVENTS) {
    listeners[event] = (...args) => {
      const [request, response] = args as [IncomingMessage, ServerResponse];
      serve(intake, request, response, () => emit.call(server, event, ...args));
    };
  }
  const standIn = Object.create(server, { _events: { value: listeners } });
  return function emitInside(args) {
    const [, request, response] = args as [string, IncomingMessage, ServerResponse];
    adopt(request, response);
    if (!wasSeen(request) && serveEndpoint(intake, request, response)) return true;
    return patched.apply(standIn, args);
  };
}
