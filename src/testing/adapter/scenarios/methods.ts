import { METHODS } from 'node:http';
import { type Family, message, type Scenario } from '../scenario.js';
import { echo, ok } from './behaviours.js';

const CLOSE = ['Connection: close'];

/** Words that stand where a method should. */
const WORDS: Readonly<Record<string, string>> = {
  'an unknown one': 'BREW',
  'one in lower case': 'get',
  'one in mixed case': 'Get',
  'one with a letter more': 'GETX',
  'an empty one': '',
  'one with a NUL': 'G\0T',
  'one with a colon': 'GET:',
  'one of 300 letters': 'X'.repeat(300),
  'one behind an empty line': '\r\nGET',
  'one behind a space': ' GET',
};

const known: Scenario[] = METHODS.filter((method) => method !== 'CONNECT').map((method) => ({
  name: method,
  steps: [message(`${method} /items HTTP/1.1`, CLOSE)],
  behaviour: ok,
}));

const words: Scenario[] = Object.entries(WORDS).map(([name, method]) => ({
  name,
  steps: [message(`${method} /items HTTP/1.1`, CLOSE)],
  behaviour: ok,
}));

const special: Scenario[] = [
  {
    name: 'CONNECT, to which nobody listens',
    steps: [message('CONNECT shop.example:443 HTTP/1.1')],
    behaviour: ok,
  },
  {
    name: 'CONNECT, which is accepted',
    steps: [message('CONNECT shop.example:443 HTTP/1.1'), 'tunnelled'],
    behaviour: ok,
    prepare(server, note) {
      server.on('connect', (request, socket, head) => {
        note(`connect ${request.url} ${head.length}`);
        socket.resume();
        socket.end('HTTP/1.1 200 Connection Established\r\n\r\ntunnel');
      });
    },
  },
  {
    name: 'OPTIONS of the server',
    steps: [message('OPTIONS * HTTP/1.1', CLOSE)],
    behaviour: ok,
  },
  {
    name: 'TRACE with a body',
    steps: [message('TRACE /items HTTP/1.1', [...CLOSE, 'Content-Length: 4'], 'body')],
    behaviour: echo,
  },
  {
    name: 'GET with a body',
    steps: [message('GET /items HTTP/1.1', [...CLOSE, 'Content-Length: 4'], 'body')],
    behaviour: echo,
  },
  {
    name: 'HEAD of an answer with a body',
    steps: [message('HEAD /items HTTP/1.1', CLOSE)],
    behaviour: (_request, response) => {
      response.writeHead(200, { 'Content-Length': 5 });
      response.end('hello');
    },
  },
  {
    name: 'the preface of HTTP/2',
    steps: ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    behaviour: ok,
  },
  {
    name: 'POST to an endpoint',
    steps: [message('POST /metrics HTTP/1.1', [...CLOSE, 'Content-Length: 4'], 'body')],
    behaviour: echo,
  },
  {
    name: 'DELETE of an endpoint',
    steps: [message('DELETE /health HTTP/1.1', CLOSE)],
    behaviour: ok,
  },
  {
    name: 'OPTIONS of an endpoint',
    steps: [message('OPTIONS /health/live HTTP/1.1', CLOSE)],
    behaviour: ok,
  },
];

/** What stands where a method should. */
export const methods: Family = { family: 'methods', scenarios: [...known, ...words, ...special] };
