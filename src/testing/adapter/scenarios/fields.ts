import { type Family, getOnce, type Scenario } from '../scenario.js';
import type { Behaviour } from '../tape.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = `traceparent: 00-${TRACE}-00f067aa0ba902b7-01`;

/** Header lines, as they are sent. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  'a traceparent': [PARENT],
  'a traceparent that is not recorded': [`traceparent: 00-${TRACE}-00f067aa0ba902b7-00`],
  'a traceparent of a later version': [`traceparent: cc-${TRACE}-00f067aa0ba902b7-01-what`],
  'a traceparent of no version': [`traceparent: ff-${TRACE}-00f067aa0ba902b7-01`],
  'a traceparent of zeros': [`traceparent: 00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`],
  'a traceparent in capitals': [`TRACEPARENT: 00-${TRACE.toUpperCase()}-00F067AA0BA902B7-01`],
  'a traceparent that is cut': [`traceparent: 00-${TRACE.slice(0, 20)}`],
  'a traceparent of 8 kB': [`traceparent: 00-${'a'.repeat(8000)}`],
  'a traceparent of bytes': ['traceparent: 00-\xff\xfe\x80-\xe9-01'],
  'two traceparents': [PARENT, PARENT.replace('4b', '5b')],
  'a traceparent that is empty': ['traceparent:'],
  'a tracestate': [PARENT, 'tracestate: vendor=value,other=1'],
  'a tracestate of 200 members': [
    PARENT,
    `tracestate: ${Array.from({ length: 200 }, (_, i) => `k${i}=v`).join()}`,
  ],
  'a tracestate of bytes': [PARENT, 'tracestate: \xff=\xfe,,==,a=\xe9'],
  'a tracestate many times': [
    PARENT,
    ...Array.from({ length: 100 }, (_, i) => `tracestate: k${i}=v`),
  ],
  'a tracestate without a parent': ['tracestate: a=b'],
  baggage: ['baggage: user=alice;ttl=1,tenant=%F0%9F'],
  'baggage of 8 kB': [`baggage: a=${'%41'.repeat(2700)}`],
  'baggage that names a prototype': ['baggage: __proto__=1,constructor=2'],
  'B3 headers': [`b3: ${TRACE}-00f067aa0ba902b7-1`, 'X-B3-TraceId: zz', 'uber-trace-id: 1:2:3:4'],
  'a request id': ['X-Request-Id: abc-123'],
  'a request id that is empty': ['X-Request-Id:'],
  'a request id twice': ['X-Request-Id: one', 'X-Request-Id: two'],
  'a request id of 4 kB': [`X-Request-Id: ${'x'.repeat(4000)}`],
  'a request id of bytes': ['X-Request-Id: \xff\x80"\\\xe9'],
  'a request id with braces': ['X-Request-Id: {"level":60},"'],
  'a header flood of 64 kB': Array.from({ length: 64 }, (_, i) => `X-${i}: ${'x'.repeat(1000)}`),
  'one header of 64 kB': [`X-Long: ${'x'.repeat(64_000)}`],
  '2,000 headers': Array.from({ length: 2000 }, (_, i) => `a${i}:`),
  'the same header 500 times': Array.from({ length: 500 }, () => 'X-A: 1'),
  'two hosts': ['Host: one.example', 'Host: two.example'],
  'an empty host': ['Host:'],
  'a host of bytes': ['Host: \xff"<>'],
  'a host that is cut': ['Host: [::1'],
  'a host with a bad port': ['Host: a:b:c'],
  'two user agents': ['User-Agent: one', 'User-Agent: two'],
  'a user agent of bytes': ['User-Agent: \x80\xff\x1b'.replace('\x1b', '')],
  'credentials and cookies': ['Authorization: Basic c2VjcmV0', 'Cookie: a=b; a=c', 'Cookie: d'],
  'forwarded addresses': ['X-Forwarded-For: 1.2.3.4, evil', 'Forwarded: for="[::1]"'],
  'a header that names a prototype': ['__proto__: 1', 'constructor: 2', 'toString: 3'],
  'a header without a name': [': value'],
  'a header without a colon': ['nonsense'],
  'a header with a NUL': ['X-A: a\0b'],
  'a header with a bare carriage return': ['X-A: a\rX-B: b'],
  'a header with a space in its name': ['X A: 1'],
  'a folded header': ['X-A: one\r\n two'],
  'an accept of everything': ['Accept: text/plain;q=0.1, */*;q=2, ;;;'],
};

const UNSAMPLED = new Set(['a traceparent that is not recorded']);

const readsHeaders: Behaviour = (request, response) => {
  response.end(JSON.stringify([request.headers.host, request.headers['x-request-id']]));
};

/** The headers of requests. */
export const fields: Family = {
  family: 'fields',
  scenarios: [
    ...Object.entries(FIELDS).map(
      ([name, headers]): Scenario => ({
        name,
        steps: [getOnce('/items', ...headers)],
        behaviour: readsHeaders,
        unsampled: UNSAMPLED.has(name) ? 1 : 0,
      }),
    ),
    {
      name: 'no host',
      steps: ['GET /items HTTP/1.1\r\n\r\n'],
      behaviour: readsHeaders,
      answeredByNode: 1,
    },
    {
      name: 'no host, where none is needed',
      steps: ['GET /items HTTP/1.1\r\nConnection: close\r\n\r\n'],
      behaviour: readsHeaders,
      prepare(server) {
        Object.assign(server, { requireHostHeader: false });
      },
    },
    {
      name: 'headers told apart',
      steps: [getOnce('/items', 'X-A: 1', 'X-A: 2')],
      behaviour: (request, response) => {
        response.end(JSON.stringify([request.headersDistinct, request.rawHeaders]));
      },
    },
  ],
};
