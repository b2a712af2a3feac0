import type { Server } from 'node:http';
import { type Family, get, halfClose, message, type Scenario, untilReceived } from '../scenario.js';
import type { Note } from '../tape.js';
import { hang, ok, okAfter } from './behaviours.js';
import { expectations } from './expectations.js';

const UPGRADING = get('/chat', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: k');
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n';

function upgradeTo(answer: string, then?: 'echo') {
  return (server: Server, note: Note): void => {
    server.on('upgrade', (request, socket, head) => {
      note(`upgrade ${request.headers.upgrade} ${head.toString('latin1')}`);
      socket.on('error', () => {});
      socket.on('end', () => socket.end());
      if (then === undefined) socket.end(answer);
      else {
        socket.write(answer);
        socket.write(head);
        socket.on('data', (chunk: Buffer) => socket.write(chunk));
      }
    });
  };
}

const upgrades: Scenario[] = [
  { name: 'upgrades where nobody listens', steps: [UPGRADING], behaviour: ok },
  {
    name: 'upgrades where nobody listens, and goes on',
    steps: [UPGRADING, untilReceived('ok'), get('/items')],
    behaviour: ok,
  },
  {
    name: 'upgrades and talks',
    steps: [UPGRADING, untilReceived('101'), 'ping', untilReceived('ping'), 'pong', halfClose],
    behaviour: ok,
    prepare: upgradeTo(SWITCHING, 'echo'),
  },
  {
    name: 'upgrades with its first bytes in the head',
    steps: [`${UPGRADING}early`, untilReceived('early'), halfClose],
    behaviour: ok,
    prepare: upgradeTo(SWITCHING, 'echo'),
  },
  {
    name: 'upgrades and is refused',
    steps: [UPGRADING],
    behaviour: ok,
    prepare: upgradeTo('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'),
  },
  {
    name: 'asks first and upgrades then',
    steps: [get('/items'), untilReceived('ok'), UPGRADING, untilReceived('101'), halfClose],
    behaviour: ok,
    prepare: upgradeTo(SWITCHING, 'echo'),
  },
  {
    name: 'upgrades behind a request that is not answered yet',
    steps: [get('/slow') + UPGRADING, untilReceived('101'), halfClose],
    behaviour: okAfter(30),
    prepare: upgradeTo(SWITCHING, 'echo'),
  },
  {
    name: 'names a protocol without upgrading',
    steps: [get('/items', 'Upgrade: h2c')],
    behaviour: ok,
    prepare: upgradeTo(SWITCHING),
  },
];

const VERSIONS: Readonly<Record<string, string>> = {
  'speaks HTTP/1.0': message('GET /items HTTP/1.0'),
  'speaks HTTP/1.0 and keeps the connection': message('GET /items HTTP/1.0', [
    'Connection: keep-alive',
  ]),
  'speaks HTTP/1.0 without a host': 'GET /items HTTP/1.0\r\n\r\n',
  'speaks HTTP/1.0 in pipelines': message('GET /a HTTP/1.0').repeat(2),
  'speaks HTTP/0.9': 'GET /items\r\n\r\n',
  'speaks HTTP/1.2': message('GET /items HTTP/1.2', ['Connection: close']),
  'speaks HTTP/2.0': message('GET /items HTTP/2.0', ['Connection: close']),
  'speaks HTTP/11.1': message('GET /items HTTP/11.1'),
  'speaks http/1.1': message('GET /items http/1.1'),
  'speaks in bare line feeds': 'GET /items HTTP/1.1\nHost: shop.example\nConnection: close\n\n',
  'speaks TLS to a plain port': '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
  'speaks noise': '\xff\xfe\0\x01\x80',
  'says nothing but line feeds': '\r\n\r\n\r\n',
  'keeps the connection': get('/items', 'Connection: keep-alive'),
  'closes the connection in capitals': get('/items', 'CONNECTION: CLOSE'),
  'names many connection options': get('/items', 'Connection: x, close, keep-alive'),
};

const versions: Scenario[] = Object.entries(VERSIONS).map(([name, text]) => ({
  name,
  steps: [text],
  behaviour: ok,
}));

const limits: Scenario[] = [
  {
    name: 'asks more than a connection may',
    steps: [get('/a'), untilReceived('ok'), get('/b')],
    behaviour: ok,
    prepare(server) {
      server.maxRequestsPerSocket = 1;
    },
    answeredByNode: 1,
  },
  {
    name: 'pipelines more than a connection may',
    steps: [get('/a').repeat(3)],
    behaviour: ok,
    prepare(server) {
      server.maxRequestsPerSocket = 2;
    },
    answeredByNode: 1,
  },
  {
    name: 'is kept waiting for longer than the server allows',
    steps: [get('/items')],
    behaviour: hang,
    prepare(server, note) {
      server.setTimeout(20, (socket) => {
        note('timeout');
        socket.destroy();
      });
    },
    aborted: 1,
  },
  {
    name: 'makes an error that a listener answers',
    steps: ['BAD\r\n\r\n'],
    behaviour: ok,
    prepare(server, note) {
      server.on('clientError', (error, socket) => {
        note(`clientError ${(error as NodeJS.ErrnoException).code}`);
        socket.end('HTTP/1.1 400 As The Listener Says\r\n\r\n');
      });
    },
  },
  {
    name: 'meets a second listener of requests',
    steps: [get('/items')],
    behaviour: ok,
    prepare(server, note) {
      server.prependListener('request', (request) => note(`before ${request.url}`));
      server.on('request', (_request, response) => note(`after ${response.writableEnded}`));
    },
  },
];

/** What a client asks of the protocol. */
export const protocol: Family = {
  family: 'protocol',
  scenarios: [...expectations, ...upgrades, ...versions, ...limits].map((one) => ({
    ...one,
    name: `a client that ${one.name}`,
  })),
};
