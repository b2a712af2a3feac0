/** The OTLP/HTTP sink: accepts JSON at /v1/traces, one port a server, and counts spans. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import { answer } from './rpc.mjs';

const serverKind = 2;
const isPath = /^(\/r\d+)?\/users\/\d/;
const tallies = new Map();

/** Bodies are kept as they come and parsed between slices, to leave the core to the load. */
async function open() {
  const tally = { bodies: [], requests: 0, spans: 0 };
  const server = createServer((request, response) => {
    const accepted = request.method === 'POST' && request.url === '/v1/traces';
    const json = request.headers['content-type']?.startsWith('application/json');
    const plain = request.headers['content-encoding'] === undefined;
    const status = !accepted ? 404 : json && plain ? 200 : 415;
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      if (status === 200) tally.bodies.push(chunks);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end('{}');
    });
  });
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  tallies.set(port, tally);
  return port;
}

/** Spans so far, and how many of them stand for a request. */
function count(port) {
  const tally = tallies.get(port);
  for (const chunks of tally.bodies.splice(0)) {
    for (const span of spansOf(JSON.parse(Buffer.concat(chunks)))) {
      tally.spans++;
      if (isRequest(span)) tally.requests++;
    }
  }
  return { spans: tally.spans, requests: tally.requests };
}

/** The root span of a request to the measured route, not of the scrape at the end. */
const isRequest = ({ kind, parentSpanId, attributes }) =>
  kind === serverKind &&
  !parentSpanId &&
  attributes.some(({ value }) => isPath.test(value.stringValue));

const spansOf = (body) =>
  body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));

answer({ open, count });
