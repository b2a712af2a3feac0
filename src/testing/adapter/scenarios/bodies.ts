import { type Family, message, pause, post, type Scenario, type Step } from '../scenario.js';
import { attempt, echo, ok } from './behaviours.js';

const CLOSE = 'Connection: close';
const CHUNKED = 'Transfer-Encoding: chunked';

function chunked(body: string, ...headers: string[]): string {
  return message('POST /items HTTP/1.1', [CHUNKED, CLOSE, ...headers], body);
}

function lengths(headers: readonly string[], body: string): string {
  return message('POST /items HTTP/1.1', headers, body);
}

function byteByByte(text: string): Step[] {
  return [...text].flatMap((byte) => [byte, pause(1)]);
}

const BODIES: Readonly<Record<string, readonly Step[]>> = {
  'of known length': [post('hello', CLOSE)],
  'of no length': [lengths([CLOSE], '')],
  'of length zero': [post('', CLOSE)],
  'of 1 MB': [post('x'.repeat(1_000_000), CLOSE)],
  'in JSON': [post('{"a":1}', 'Content-Type: application/json', CLOSE)],
  'in malformed JSON': [post('{"a":', 'Content-Type: application/json', CLOSE)],
  'byte by byte': byteByByte('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc'),
  'byte by byte, in chunks': byteByByte(
    `POST / HTTP/1.1\r\nHost: a\r\n${CHUNKED}\r\n\r\n1\r\na\r\n0\r\n\r\n`,
  ),
  'in chunks': [chunked('5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n')],
  'in chunks, late': [chunked('5\r\nhello\r\n'), pause(20), '0\r\n\r\n'],
  'in chunks with extensions': [chunked('5;a=b;c="d;e"\r\nhello\r\n0;last\r\n\r\n')],
  'in chunks with long extensions': [chunked(`5;${'x'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`)],
  'in chunks with trailers': [
    chunked('5\r\nhello\r\n0\r\nX-Sum: 42\r\nX-Sum: 43\r\n\r\n', 'Trailer: X-Sum'),
  ],
  'in chunks with a forbidden trailer': [chunked('0\r\nContent-Length: 5\r\nHost: b\r\n\r\n')],
  'in chunks of bad size': [chunked('xyz\r\nhello\r\n0\r\n\r\n')],
  'in chunks of negative size': [chunked('-1\r\nhello\r\n0\r\n\r\n')],
  'in chunks of huge size': [chunked('ffffffffffffffffff\r\nhello')],
  'in chunks of capital size': [chunked('0000A\r\n0123456789\r\n0\r\n\r\n')],
  'in chunks with bare line feeds': [chunked('5\nhello\n0\n\n')],
  'in chunks with more behind them': [chunked('0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n')],
  'with length and chunks': [lengths(['Content-Length: 6', CHUNKED, CLOSE], '0\r\n\r\nG')],
  'with chunks and length': [lengths([CHUNKED, 'Content-Length: 6', CLOSE], '0\r\n\r\nG')],
  'with two lengths': [lengths(['Content-Length: 3', 'Content-Length: 5', CLOSE], 'hello')],
  'with the same length twice': [
    lengths(['Content-Length: 5', 'Content-Length: 5', CLOSE], 'hello'),
  ],
  'with a list of lengths': [lengths(['Content-Length: 5, 5', CLOSE], 'hello')],
  'with a negative length': [lengths(['Content-Length: -5', CLOSE], 'hello')],
  'with a signed length': [lengths(['Content-Length: +5', CLOSE], 'hello')],
  'with a length in hex': [lengths(['Content-Length: 0x5', CLOSE], 'hello')],
  'with an empty length': [lengths(['Content-Length:', CLOSE], 'hello')],
  'with a huge length': [lengths(['Content-Length: 99999999999999999999', CLOSE], 'hello')],
  'with a length past safe numbers': [
    lengths(['Content-Length: 9007199254740993', CLOSE], 'x'),
    pause(1),
  ],
  'with a space before the colon': [lengths(['Content-Length : 5', CLOSE], 'hello')],
  'with an obscured encoding': [lengths(['Transfer-Encoding: xchunked', CLOSE], '0\r\n\r\n')],
  'with two encodings': [lengths(['Transfer-Encoding: gzip, chunked', CLOSE], '0\r\n\r\n')],
  'with encodings in wrong order': [
    lengths(['Transfer-Encoding: chunked, gzip', CLOSE], '0\r\n\r\n'),
  ],
  'with chunks twice': [lengths([CHUNKED, CHUNKED, CLOSE], '0\r\n\r\n')],
  'with chunks to HTTP/1.0': [message('POST / HTTP/1.0', [CHUNKED], '5\r\nhello\r\n0\r\n\r\n')],
  'longer than announced': [lengths(['Content-Length: 3', CLOSE], 'hello')],
};

/** Node refuses these for what follows them, and what is answered then goes nowhere. */
const REFUSED = new Set(['in chunks with more behind them', 'longer than announced']);

const unread: Scenario[] = [
  {
    name: 'that nobody reads',
    steps: [post('x'.repeat(200_000), CLOSE)],
    behaviour: ok,
  },
  {
    name: 'that is answered before it is whole',
    steps: [lengths(['Content-Length: 10'], 'half'), pause(20), ' whole'],
    behaviour: ok,
  },
  {
    name: 'that is thrown away half read',
    steps: [lengths(['Content-Length: 10'], 'half')],
    behaviour(request, response, note) {
      request.once('data', () => {
        attempt(note, 'destroy', () => void request.destroy());
        attempt(note, 'end', () => void response.end('too late'));
      });
    },
    aborted: 1,
  },
  {
    name: 'that is piped back',
    steps: [post('x'.repeat(100_000), CLOSE)],
    behaviour: (request, response) => request.pipe(response),
  },
  {
    name: 'that is read by iteration',
    steps: [chunked('5\r\nhello\r\n0\r\n\r\n')],
    async behaviour(request, response) {
      const chunks: unknown[] = [];
      for await (const chunk of request) chunks.push(chunk);
      response.end(chunks.join());
    },
  },
];

/** Request bodies, honest and not. */
export const bodies: Family = {
  family: 'bodies',
  scenarios: [
    ...Object.entries(BODIES).map(
      ([name, steps]): Scenario => ({
        name,
        steps,
        behaviour: echo,
        ...(REFUSED.has(name) && { aborted: 1 }),
      }),
    ),
    ...unread,
  ],
};
