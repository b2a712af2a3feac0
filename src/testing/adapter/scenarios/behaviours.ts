import { describeError } from '../process-witness.js';
import type { Behaviour, Note } from '../tape.js';

/** Answers at once. */
export const ok: Behaviour = (_request, response) => {
  response.setHeader('Content-Type', 'text/plain');
  response.end('ok');
};

/** Answers after so many milliseconds. */
export function okAfter(milliseconds: number): Behaviour {
  return (_request, response) => {
    setTimeout(() => response.end('late'), milliseconds);
  };
}

/** Never answers. */
export const hang: Behaviour = () => {};

/** Reads the body, then answers with what it read. */
export const echo: Behaviour = (request, response, note) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
  });
  request.on('end', () => {
    note(`trailers ${JSON.stringify(request.rawTrailers)}`);
    response.end(`<${Buffer.concat(chunks).toString('latin1')}>`);
  });
};

/** Begins an answer and leaves it unfinished. */
export const half: Behaviour = (_request, response) => {
  response.writeHead(200, { 'Content-Length': 100 });
  response.write('half');
};

/** Answers each target by the behaviour of its name; any other at once. */
export function byTarget(behaviours: Readonly<Record<string, Behaviour>>): Behaviour {
  return (request, response, note) => {
    const behaviour = behaviours[request.url ?? ''] ?? ok;
    behaviour(request, response, note);
  };
}

/** Tries something that may throw, and notes what it threw. */
export function attempt(note: Note, what: string, fn: () => unknown): void {
  try {
    const result = fn();
    const told = typeof result === 'boolean' ? ` is ${result}` : '';
    note(`${what}${told}`);
  } catch (error) {
    note(`${what} threw ${describeError(error)}`);
  }
}

/** An error that reads the same wherever it is thrown, since frameworks answer with its stack. */
export function fixedError(text: string): Error {
  const error = new Error(text);
  error.stack = `Error: ${text}`;
  return error;
}
