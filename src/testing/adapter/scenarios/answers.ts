import { type Family, get, getOnce, message, type Scenario } from '../scenario.js';
import type { Behaviour } from '../tape.js';
import { attempt } from './behaviours.js';

/** What an application may answer, however odd, that Node sends or refuses to send. */
const ANSWERS: Readonly<Record<string, Behaviour>> = {
  'nothing but an end': (_request, response) => response.end(),
  'a body in one piece': (_request, response) => response.end('hello'),
  'a body in pieces': (_request, response) => {
    response.write('one');
    setTimeout(() => response.write('two'), 2);
    setTimeout(() => response.end('three'), 4);
  },
  'a large body': (_request, response) => response.end('x'.repeat(1_000_000)),
  'a large body in many pieces': (_request, response) => {
    for (let i = 0; i < 400; i++) response.write('x'.repeat(1000));
    response.end();
  },
  'a body of bytes': (_request, response) => response.end(Buffer.from([0, 255, 13, 10, 0])),
  'a body in latin1': (_request, response) => response.end('caf\xe9', 'latin1'),
  'a head sent ahead': (_request, response) => {
    response.flushHeaders();
    setTimeout(() => response.end('body'), 5);
  },
  'a corked body': (_request, response) => {
    response.cork();
    response.write('one');
    response.write('two');
    setTimeout(() => {
      response.uncork();
      response.end();
    }, 5);
  },
  'a status of 204 with a body': (_request, response) => response.writeHead(204).end('no body'),
  'a status of 304 with a body': (_request, response) => response.writeHead(304).end('no body'),
  'a status of 205': (_request, response) => response.writeHead(205).end(),
  'a status of 599': (_request, response) => response.writeHead(599).end(),
  'a status of 600': (_request, response) => response.writeHead(600).end(),
  'a status of 999': (_request, response) => response.writeHead(999).end(),
  'a status of 1000': (_request, response, note) => {
    attempt(note, 'writeHead', () => void response.writeHead(1000));
    response.end();
  },
  'a status of 99': (_request, response, note) => {
    attempt(note, 'writeHead', () => void response.writeHead(99));
    response.end();
  },
  'a status of 1000 set and then mended': (_request, response, note) => {
    response.statusCode = 1000;
    attempt(note, 'end', () => void response.end('first'));
    response.statusCode = 200;
    attempt(note, 'end', () => void response.end('second'));
  },
  'a status that is text': (_request, response) => {
    Object.assign(response, { statusCode: '201' });
    response.end('created');
  },
  'a status of its own reason': (_request, response) => response.writeHead(200, 'Fine').end(),
  'a reason with a line feed': (_request, response, note) => {
    attempt(note, 'writeHead', () => void response.writeHead(200, 'a\r\nb'));
    response.statusMessage = 'Fine';
    response.end();
  },
  'frozen headers': (_request, response) =>
    response.writeHead(200, Object.freeze({ 'X-Frozen': 'yes' })).end(),
  'headers as a list': (_request, response) =>
    response.writeHead(200, ['X-A', '1', 'X-A', '2', 'Set-Cookie', 'a=b']).end(),
  'headers as a list of pairs': (_request, response, note) => {
    const pairs = [['X-A', '1']] as unknown as string[];
    attempt(note, 'writeHead', () => void response.writeHead(200, pairs));
    response.end();
  },
  'headers over headers': (_request, response) => {
    response.setHeader('X-A', 'first');
    response.writeHead(200, { 'x-a': 'second' }).end();
  },
  'a header with a line feed': (_request, response, note) => {
    attempt(note, 'setHeader', () => void response.setHeader('X-A', 'a\r\nb'));
    response.end();
  },
  'a header without a value': (_request, response, note) => {
    attempt(note, 'setHeader', () => void response.setHeader('X-A', undefined as never));
    response.end();
  },
  'many cookies': (_request, response) => {
    response.setHeader(
      'Set-Cookie',
      Array.from({ length: 50 }, (_, i) => `c${i}=${i}`),
    );
    response.end();
  },
  'no date': (_request, response) => {
    response.sendDate = false;
    response.end('undated');
  },
  'removed headers': (_request, response) => {
    response.removeHeader('Transfer-Encoding');
    response.removeHeader('Connection');
    response.end('bare');
  },
  'an early hint': (_request, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' });
    response.end('hinted');
  },
  'a note of processing': (_request, response) => {
    response.writeProcessing();
    response.end('processed');
  },
  'a continue that nobody asked for': (_request, response) => {
    response.writeContinue();
    response.end('continued');
  },
  trailers: (_request, response) => {
    response.writeHead(200, { Trailer: 'X-Sum' });
    response.write('body');
    response.addTrailers({ 'X-Sum': '42' });
    response.end();
  },
  'a body longer than announced': (_request, response) =>
    response.writeHead(200, { 'Content-Length': 3 }).end('hello'),
  'a body shorter than announced': (_request, response) =>
    response.writeHead(200, { 'Content-Length': 10 }).end('hello'),
  'a length held to, and missed': (_request, response, note) => {
    response.strictContentLength = true;
    response.writeHead(200, { 'Content-Length': 3 });
    attempt(note, 'end', () => void response.end('hello'));
    response.destroy();
  },
  'chunks and a length': (_request, response) => {
    response.setHeader('Transfer-Encoding', 'chunked');
    response.setHeader('Content-Length', '5');
    response.end('hello');
  },
  'a body after chunks were turned off': (_request, response) => {
    response.useChunkedEncodingByDefault = false;
    response.write('until ');
    response.end('closed');
  },
};

function scenario([name, behaviour]: [string, Behaviour], keepAlive: boolean): Scenario {
  return {
    name: keepAlive ? `${name}, and the connection kept` : name,
    steps: [keepAlive ? get('/items') : getOnce('/items')],
    behaviour,
  };
}

const KEPT = ['a body in one piece', 'a body in pieces', 'trailers', 'a status of 304 with a body'];

const entries = Object.entries(ANSWERS);

/** What an application answers. */
export const answers: Family = {
  family: 'answers',
  scenarios: [
    ...entries.map((entry) => scenario(entry, false)),
    ...entries.filter(([name]) => KEPT.includes(name)).map((entry) => scenario(entry, true)),
    ...['HTTP/1.0', 'HTTP/1.1'].map(
      (version): Scenario => ({
        name: `a connection closed by the application to ${version}`,
        steps: [message(`GET /items ${version}`, ['Connection: keep-alive'])],
        behaviour: (_request, response) => {
          response.shouldKeepAlive = false;
          response.end('bye');
        },
      }),
    ),
  ],
};
