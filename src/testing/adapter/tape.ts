import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { describeError } from './process-witness.js';

/** Writes down one thing that the application saw. */
export type Note = (text: string) => void;

/** What an application under test does with a request. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse, note: Note) => unknown;

/** What the application saw: each request and its events, in order. */
export interface Tape {
  /** When something was last written down, by `performance.now()`. */
  readonly lastAt: number;
  /** Notes of the server rather than of a request. */
  readonly note: Note;
  /** The application's listener: writes down a request and its events, then behaves. */
  listener(behaviour: Behaviour, silent: boolean): RequestListener;
  /** Whether `text` is in any note so far. */
  has(text: string): boolean;
  /** How many responses were not whole when they closed. */
  unfinished(): number;
  /** All notes, those of each request together: how requests interleave is left to chance. */
  lines(): string[];
}

const REQUEST_EVENTS = ['aborted', 'end', 'error', 'close'] as const;
const RESPONSE_EVENTS = ['finish', 'error', 'close'] as const;

/** Creates an empty tape. */
export function createTape(): Tape {
  const ofServer: string[] = [];
  const ofRequests: string[][] = [];
  const responses: ServerResponse[] = [];
  const whole = new Map<ServerResponse, boolean>();
  let lastAt = performance.now();

  function writer(notes: string[], prefix: string): Note {
    return function note(text) {
      lastAt = performance.now();
      notes.push(`${prefix} ${text}`);
    };
  }

  return {
    get lastAt() {
      return lastAt;
    },
    note: writer(ofServer, 'server'),
    listener(behaviour, silent) {
      return function application(request, response) {
        const notes: string[] = [];
        const note = writer(notes, `#${ofRequests.push(notes)}`);
        note(describeRequest(request, response));
        responses.push(response);
        if (!silent) {
          noteEvents(request, response, note);
          // What the application does to a response that is closed does not make it whole.
          response.once('close', () => whole.set(response, response.writableFinished));
        }
        behaviour(request, response, note);
      };
    },
    has: (text) => [...ofServer, ...ofRequests.flat()].some((line) => line.includes(text)),
    unfinished: () =>
      responses.filter((response) => !(whole.get(response) ?? response.writableFinished)).length,
    lines: () => [...ofServer, ...ofRequests.flat()],
  };
}

function describeRequest(request: IncomingMessage, response: ServerResponse): string {
  const { method, url, httpVersion, rawHeaders } = request;
  const own = [request, response, request.socket].map(publicKeys);
  return `request ${JSON.stringify([method, url, httpVersion, rawHeaders, ...own])}`;
}

/** Names with an underscore are Node's own notes, such as an address that somebody asked for. */
function publicKeys(object: object): string[] {
  return Object.keys(object).filter((key) => !key.startsWith('_'));
}

function noteEvents(request: IncomingMessage, response: ServerResponse, note: Note): void {
  for (const event of REQUEST_EVENTS) {
    request.on(event, (error?: unknown) => note(`request ${event}${suffix(error)}`));
  }
  for (const event of RESPONSE_EVENTS) {
    response.on(event, (error?: unknown) => {
      const { statusCode, writableEnded, writableFinished } = response;
      note(`response ${event}${suffix(error)} ${statusCode} ${writableEnded} ${writableFinished}`);
    });
  }
}

function suffix(error: unknown): string {
  return error instanceof Error ? ` (${describeError(error)})` : '';
}

/** How many listeners a server has for each of its events. */
export function listenerCounts(server: Server): string[] {
  return server
    .eventNames()
    .map((event) => `${String(event)} ${server.listenerCount(event)}`)
    .sort();
}
