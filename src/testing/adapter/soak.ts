import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectClient, eventually } from './client.js';
import { createLedger } from './ledger.js';
import { countRequests } from './request-count.js';
import { get, message } from './scenario.js';
import { byTarget, echo, okAfter } from './scenarios/behaviours.js';
import type { AdapterSubject } from './subject.js';

const REQUESTS = 13_000;
const CLIENTS = 24;
const LIMIT_MS = 25_000;
const ANSWER_MS = 2000;
const SEED = 20_260_101;

const TARGETS = ['/items', '/slow', '/half', '/large'] as const;
const ENDPOINTS = ['/metrics', '/health/live'];

const behaviour = byTarget({
  '/slow': okAfter(3),
  // It ends in time: Node reads no further from a connection whose answers pile up, and so does not
  // see its client go.
  '/half': (_request, response) => {
    response.writeHead(200, { 'Content-Length': 8 });
    response.write('half');
    setTimeout(() => response.end('half'), 20);
  },
  '/large': (_request, response) => response.end('x'.repeat(50_000)),
  '/post': echo,
});

type Random = () => number;
type Conversation = (port: number, secure: boolean, random: Random) => Promise<void>;

/**
 * Sends a subject 13,000 requests in a mix that is drawn from a fixed seed: one after another,
 * pipelined, uploading, and given up or reset at any time. The books must balance to the last one.
 */
export async function soak(subject: AdapterSubject): Promise<void> {
  const ledger = createLedger();
  const count = countRequests(({ url }) => !ENDPOINTS.includes(url ?? ''));
  const random = randomFrom(SEED);
  const served = await subject.serve(
    (request, response) => behaviour(request, response, () => {}),
    ledger.monitor,
  );
  const { port } = served.server.address() as AddressInfo;
  const giveUpAt = performance.now() + LIMIT_MS;
  const due = () => count.of(served.server) < REQUESTS && performance.now() < giveUpAt;

  async function converse(): Promise<void> {
    while (due()) await choose(random)(port, subject.secure ?? false, random);
  }

  try {
    await Promise.all(Array.from({ length: CLIENTS }, converse));
    await sleep(50);
    const requests = count.of(served.server);
    assert.ok(requests >= REQUESTS, `only ${requests} requests within ${LIMIT_MS} ms`);
    await ledger.settle({ requests, aborted: 'any' }, 2000);
  } finally {
    await served.close();
    count.stop();
  }
}

const inTurn: Conversation = async (port, secure, random) => {
  const client = await connectClient(port, secure);
  for (let turns = 1 + below(random, 8); turns > 0; turns--) {
    const before = client.received().length;
    client.send(get(pick(random, [...TARGETS, ...ENDPOINTS])));
    await eventually(() => client.received().length > before || client.end !== 'open', ANSWER_MS);
  }
  client.destroy();
};

const pipelined: Conversation = async (port, secure, random) => {
  const client = await connectClient(port, secure);
  const requests = 2 + below(random, 10);
  client.send(get('/items').repeat(requests) + get('/last', 'Connection: close'));
  await eventually(() => client.end !== 'open', ANSWER_MS);
  client.destroy();
};

const pipelinedAndReset: Conversation = async (port, secure, random) => {
  const client = await connectClient(port, secure);
  client.send(get(pick(random, ['/slow', '/half'])) + get('/items').repeat(1 + below(random, 12)));
  await sleep(below(random, 5));
  client.reset();
};

const givenUp: Conversation = async (port, secure, random) => {
  const client = await connectClient(port, secure);
  client.send(get(pick(random, TARGETS)));
  await sleep(below(random, 6));
  if (random() < 0.5) client.reset();
  else client.destroy();
};

const uploaded: Conversation = async (port, secure, random) => {
  const client = await connectClient(port, secure);
  client.send(message('POST /post HTTP/1.1', ['Content-Length: 8', 'Connection: close'], 'half'));
  await sleep(below(random, 4));
  if (random() < 0.5) {
    client.send('half');
    await eventually(() => client.end !== 'open', ANSWER_MS);
  }
  client.destroy();
};

const MIX: readonly Conversation[] = [
  inTurn,
  inTurn,
  pipelined,
  pipelined,
  pipelinedAndReset,
  pipelinedAndReset,
  givenUp,
  uploaded,
];

function choose(random: Random): Conversation {
  return pick(random, MIX);
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[below(random, from.length)] as T;
}

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

/** Mulberry32: small, and the same everywhere. */
function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
