import type { ServerResponse } from 'node:http';
import { type Family, get, type Scenario } from '../scenario.js';
import type { Behaviour, Note } from '../tape.js';
import { attempt } from './behaviours.js';

function noteState(response: ServerResponse, note: Note, when: string): void {
  const { headersSent, writableEnded, writableFinished, finished, destroyed, closed } = response;
  note(
    `${when} ${[headersSent, writableEnded, writableFinished, finished, destroyed, closed]} ${response.writableLength}`,
  );
}

/** What an application does around the end of a response, and how many requests that aborts. */
const ENDINGS: Readonly<Record<string, readonly [Behaviour, aborted: 0 | 1 | 'any']>> = {
  'destroyed before the head': [(_request, response) => response.destroy(), 1],
  'destroyed with an error': [(_request, response) => response.destroy(new Error('given up')), 1],
  'destroyed after the head': [
    (_request, response) => {
      response.writeHead(200);
      response.write('half');
      setTimeout(() => response.destroy(), 5);
    },
    1,
  ],
  'destroyed after the end': [
    (_request, response) => {
      response.end('whole');
      response.destroy();
    },
    // The bytes may be gone already; nobody tells.
    'any',
  ],
  'destroyed once finished': [
    (_request, response) => {
      response.end('whole', () => response.destroy());
    },
    0,
  ],
  'request destroyed': [(request) => request.destroy(), 1],
  'request destroyed with an error': [(request) => request.destroy(new Error('refused')), 1],
  'socket destroyed': [(request) => request.socket.destroy(), 1],
  'socket reset': [(request) => request.socket.resetAndDestroy(), 1],
  'socket ended': [(request) => request.socket.end(), 1],
  'written to after the end': [
    (_request, response, note) => {
      response.end('whole');
      attempt(note, 'write', () => response.write('more'));
    },
    0,
  ],
  'ended twice': [
    (_request, response, note) => {
      response.end('one', () => note('ended once'));
      response.end('two', (error?: Error) => note(`ended twice ${error?.message}`));
    },
    0,
  ],
  'ended again later': [
    (_request, response) => {
      response.end('one');
      setTimeout(() => response.end(), 5);
    },
    0,
  ],
  'with two heads': [
    (_request, response, note) => {
      response.writeHead(200);
      attempt(note, 'writeHead', () => void response.writeHead(500));
      response.end();
    },
    0,
  ],
  'with a header after the head': [
    (_request, response, note) => {
      response.end('sent');
      attempt(note, 'setHeader', () => void response.setHeader('X-Late', '1'));
      attempt(note, 'removeHeader', () => response.removeHeader('Date'));
    },
    0,
  ],
  'with another status after the end': [
    (_request, response) => {
      response.end('sent');
      response.statusCode = 503;
    },
    0,
  ],
  'looked at all the way': [
    (_request, response, note) => {
      noteState(response, note, 'at first');
      response.on('finish', () => noteState(response, note, 'at finish'));
      response.on('close', () => noteState(response, note, 'at close'));
      response.write('one');
      noteState(response, note, 'after a write');
      response.end('two', () => noteState(response, note, 'in the callback'));
      noteState(response, note, 'after the end');
      setTimeout(() => noteState(response, note, 'later'), 10);
    },
    0,
  ],
  'with a callback for each write': [
    (_request, response, note) => {
      attempt(note, 'write', () => response.write('one', () => note('one is written')));
      attempt(note, 'write', () => response.write('x'.repeat(300_000), () => note('much is')));
      response.on('drain', () => note('drain'));
      response.end(() => note('all is'));
    },
    0,
  ],
  'from inside its own finish': [
    (_request, response, note) => {
      response.on('finish', () => {
        attempt(note, 'write', () => response.write('late'));
        attempt(note, 'end', () => void response.end('late'));
      });
      response.end('whole');
    },
    0,
  ],
  'destroyed inside its finish': [
    (_request, response) => {
      response.on('finish', () => response.destroy());
      response.end('whole');
    },
    0,
  ],
  'moved off its socket': [
    (request, response, note) => {
      const { socket } = request;
      response.detachSocket(socket);
      attempt(note, 'assignSocket', () => response.assignSocket(socket));
      attempt(note, 'assignSocket again', () => response.assignSocket(socket));
      response.end('moved');
    },
    0,
  ],
  'with a timeout': [
    (_request, response, note) => {
      response.setTimeout(20, () => {
        note('timed out');
        response.writeHead(503).end();
      });
    },
    0,
  ],
  'with a timeout that nobody hears': [
    (request) => {
      request.socket.setTimeout(20);
    },
    1,
  ],
};

/** How a response ends. */
export const endings: Family = {
  family: 'endings',
  scenarios: Object.entries(ENDINGS).map(
    ([name, [behaviour, aborted]]): Scenario => ({
      name,
      steps: [get('/items')],
      behaviour,
      aborted,
    }),
  ),
};
