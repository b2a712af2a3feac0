import type { Server } from 'node:http';
import { get, message, type Scenario, untilReceived } from '../scenario.js';
import type { Note } from '../tape.js';
import { echo, ok } from './behaviours.js';

const EXPECTING = message('POST /items HTTP/1.1', ['Expect: 100-continue', 'Content-Length: 4']);

/** Sends every expectation on to the application, as a server does that decides for itself. */
function passOn(event: 'checkContinue' | 'checkExpectation', continues: boolean) {
  return (server: Server, note: Note): void => {
    server.on(event, (request, response) => {
      note(`${event} ${request.headers.expect}`);
      if (continues) response.writeContinue();
      server.emit('request', request, response);
    });
  };
}

/** Answers every expectation where it is heard, so that no request follows. */
function refuse(event: 'checkContinue' | 'checkExpectation') {
  return (server: Server, note: Note): void => {
    server.on(event, (request, response) => {
      note(`${event} ${request.headers.expect}`);
      response.writeHead(417, { Connection: 'close' }).end('no');
    });
  };
}

/** What a client expects of a server before it sends its body. */
export const expectations: Scenario[] = [
  {
    name: 'expects to continue',
    steps: [EXPECTING, untilReceived('100 Continue'), 'body'],
    behaviour: echo,
  },
  {
    name: 'expects to continue, with the body at once',
    steps: [`${EXPECTING}body`],
    behaviour: echo,
  },
  {
    name: 'expects to continue, in capitals and with HTTP/1.0',
    steps: [message('POST / HTTP/1.0', ['Expect: 100-CONTINUE', 'Content-Length: 4'], 'body')],
    behaviour: echo,
  },
  {
    name: 'expects to continue, and is let by a listener',
    steps: [EXPECTING, untilReceived('100 Continue'), 'body'],
    behaviour: echo,
    prepare: passOn('checkContinue', true),
  },
  {
    name: 'expects to continue, and is answered instead',
    steps: [EXPECTING],
    behaviour: (_request, response) => response.writeHead(413, { Connection: 'close' }).end(),
    prepare: passOn('checkContinue', false),
  },
  {
    name: 'expects to continue, and goes',
    steps: [EXPECTING, untilReceived('100 Continue')],
    behaviour: echo,
    aborted: 1,
  },
  {
    name: 'expects what nobody can meet',
    steps: [get('/items', 'Expect: miracles', 'Connection: close')],
    behaviour: ok,
    answeredByNode: 1,
  },
  {
    name: 'expects what a listener can meet',
    steps: [get('/items', 'Expect: miracles', 'Connection: close')],
    behaviour: ok,
    prepare: passOn('checkExpectation', false),
  },
  {
    name: 'expects to continue, and is refused by a listener',
    steps: [EXPECTING],
    behaviour: echo,
    prepare: refuse('checkContinue'),
  },
  {
    name: 'expects what a listener refuses',
    steps: [get('/items', 'Expect: miracles')],
    behaviour: ok,
    prepare: refuse('checkExpectation'),
  },
];
