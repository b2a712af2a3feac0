import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { send } from '../../src/adapters/send.js';
import type { Reply } from '../../src/model/endpoint.js';
import { until } from '../support/until.js';

const PIECES = 64;
// More than the buffers of a connection on loopback hold.
const pieces = Array.from({ length: PIECES }, (_, i) => Buffer.alloc(400_000, String(i % 10)));
const whole = Buffer.concat(pieces);

/** A server that answers everything with a body, and what becomes of its responses. */
async function serving(body: Reply['body'], begun: (response: ServerResponse) => void = () => {}) {
  const responses: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    responses.push(response);
    response.writeHead(200, { 'content-length': String(Buffer.concat([...listOf(body)]).length) });
    send(response, body);
    begun(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, responses };
}

const listOf = (body: Reply['body']) =>
  typeof body === 'string' || body instanceof Uint8Array ? [Buffer.from(body)] : body;

async function ask(port: number): Promise<IncomingMessage> {
  const [answer] = await once(get({ port, host: '127.0.0.1', agent: false }), 'response');
  return answer;
}

const bytesOf = async (answer: IncomingMessage) => Buffer.concat(await answer.toArray());

it.each<[string, Reply['body']]>([
  ['a text', 'text'],
  ['bytes', Buffer.from('bytes')],
  ['no pieces', []],
  ['one piece', [Buffer.from('one')]],
  ['many pieces', pieces],
])('sends %s whole', async (_name, body) => {
  const { port } = await serving(body);
  const bytes = await bytesOf(await ask(port));
  expect(bytes.equals(Buffer.concat([...listOf(body)]))).toBe(true);
});

it('lets others in between the pieces', async () => {
  const { port } = await serving(pieces);
  let turns = 0;
  let next = setImmediate(function turn() {
    turns++;
    next = setImmediate(turn);
  });
  const answer = await ask(port);
  const before = turns;
  const bytes = await bytesOf(answer);
  clearImmediate(next);
  expect(bytes.equals(whole)).toBe(true);
  expect(turns - before).toBeGreaterThan(PIECES / 2);
});

it('waits for who reads slowly, and holds back what does not fit', async () => {
  const { port, responses } = await serving(pieces);
  const answer = await ask(port);
  answer.pause();
  await until(() => responses[0]?.writableNeedDrain === true, 'the connection is full');
  expect(responses[0]?.writableLength).toBeLessThan(whole.length / 4);
  expect((await bytesOf(answer)).equals(whole)).toBe(true);
});

it('gives up when whoever asked has gone', async () => {
  const { port, responses } = await serving(pieces);
  const socket = connect(port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(socket, 'data');
  socket.destroy();
  await until(() => responses[0]?.destroyed === true, 'the server has noticed');
  expect(responses[0]?.writableEnded).toBe(false);
  expect((await bytesOf(await ask(port))).equals(whole)).toBe(true);
});

it('writes nothing more to a response that is destroyed between two pieces', async () => {
  const errors: Error[] = [];
  const small = pieces.map((piece) => piece.subarray(0, 100));
  const { port, responses } = await serving(small, (response) => {
    response.on('error', (error) => errors.push(error));
    response.destroy();
  });
  await expect(ask(port)).rejects.toThrow();
  await until(() => responses[0]?.closed === true, 'it is over');
  expect(errors).toEqual([]);
});

it('gives up when the response has been made unfit meanwhile', async () => {
  const { port, responses } = await serving(pieces, (response) => {
    response.write = () => {
      throw new Error('unfit');
    };
  });
  await expect(ask(port).then(bytesOf)).rejects.toThrow(/aborted|hang up|reset/);
  expect(responses[0]?.destroyed).toBe(true);
});
