import type { Server } from 'node:http';
import type { Client } from './client.js';
import type { Behaviour, Note } from './tape.js';

/** What a step of a client's script can do. */
export interface Script {
  readonly client: Client;
  wait(milliseconds: number): Promise<unknown>;
  /** Waits until `text` has come back. */
  received(text: string): Promise<unknown>;
  /** Waits until the application has noted `text`. */
  noted(text: string): Promise<unknown>;
}

/** Bytes to send, text being latin1, or something else to do. */
export type Step = string | Buffer | ((script: Script) => unknown);

/** One conversation between a raw client and an application, in one of the contract's families. */
export interface Scenario {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly behaviour: Behaviour;
  /** Adds what the application listens to on its server besides requests. */
  readonly prepare?: (server: Server, note: Note) => void;
  /** The application does not listen to the events of requests and responses by itself. */
  readonly silent?: boolean;
  /** Must be the only one in the process, since not every stray error can be laid at its door. */
  readonly alone?: boolean;
  /** How many requests Node answers by itself without telling the application. Default 0. */
  readonly answeredByNode?: number;
  /** How many requests end before their response is whole. Default: what Node says of each. */
  readonly aborted?: number | 'any';
  /** The application hides what telltale reads, so that it may count a fault of its own. */
  readonly faulty?: boolean;
  /** How much of the body comes through is left to chance: only the head is compared. */
  readonly headOnly?: boolean;
  /** How many requests belong to a trace that its caller does not record. Default 0. */
  readonly unsampled?: number;
}

/** A family of scenarios, which share a subject. */
export interface Family {
  readonly family: string;
  readonly scenarios: readonly Scenario[];
}

/** The text of a request: its line, a host unless there is one, the given headers, and a body. */
export function message(line: string, headers: readonly string[] = [], body = ''): string {
  const host = headers.some((header) => /^host:/i.test(header)) ? [] : ['Host: shop.example'];
  return `${[line, ...host, ...headers].join('\r\n')}\r\n\r\n${body}`;
}

/** A GET after which the server closes the connection. */
export function getOnce(target: string, ...headers: string[]): string {
  return message(`GET ${target} HTTP/1.1`, ['Connection: close', ...headers]);
}

/** A GET after which the connection stays open. */
export function get(target: string, ...headers: string[]): string {
  return message(`GET ${target} HTTP/1.1`, headers);
}

/** A POST with a body of known length. */
export function post(body: string, ...headers: string[]): string {
  return message('POST /post HTTP/1.1', [`Content-Length: ${body.length}`, ...headers], body);
}

/** Waits so many milliseconds. */
export function pause(milliseconds: number): Step {
  return ({ wait }) => wait(milliseconds);
}

/** Waits until the client has been sent `text`. */
export function untilReceived(text: string): Step {
  return ({ received }) => received(text);
}

/** Waits until the application has noted `text`. */
export function untilNoted(text: string): Step {
  return ({ noted }) => noted(text);
}

/** Ends the sending side of the connection. */
export const halfClose: Step = ({ client }) => client.halfClose();
/** Resets the connection. */
export const reset: Step = ({ client }) => client.reset();
/** Goes away without a word. */
export const leave: Step = ({ client }) => client.destroy();
