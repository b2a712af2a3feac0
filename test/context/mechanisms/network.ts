import { AsyncResource } from 'node:async_hooks';
import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { request } from 'undici';
import { callingBack, type Mechanism } from '../mechanism.js';

let nextLine = 0;

/** Whoever waits for a line of the connection that all share. */
const waiting = new Map<string, () => void>();

function ask(line: Socket, done: () => void): void {
  const own = String(nextLine++);
  waiting.set(own, done);
  if (line.listenerCount('data') === 0) line.on('data', answer);
  line.write(`${own}\n`);
}

let rest = '';

function answer(chunk: Buffer): void {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop() ?? '';
  for (const own of lines) {
    const done = waiting.get(own);
    waiting.delete(own);
    done?.();
  }
}

/** Clients of HTTP and sockets. */
export const network: readonly Mechanism[] = [
  {
    name: '`http.request` over an agent that keeps connections',
    verdict: 'kept',
    keeps: (note, { url, agent }) =>
      new Promise<void>((resolve) => {
        get(url, { agent }, (response) => {
          note();
          response.on('data', note).on('end', () => {
            note();
            resolve();
          });
        });
      }),
  },
  {
    name: '`fetch`',
    verdict: 'kept',
    keeps: async (note, { url }) => {
      const response = await fetch(url);
      note();
      await response.text();
      note();
    },
  },
  {
    name: '`undici.request`, a pool',
    verdict: 'kept',
    keeps: async (note, { url, undici }) => {
      const { body } = await request(url, { dispatcher: undici });
      note();
      await body.text();
      note();
    },
  },
  {
    name: '`undici`, callbacks',
    verdict: 'kept',
    keeps: (note, { undici }) =>
      new Promise<void>((resolve) => {
        undici.request({ path: '/', method: 'GET' }, (_error, data) => {
          note();
          data?.body.resume().on('end', resolve);
        });
      }),
  },
  {
    name: 'a socket of the request',
    verdict: 'kept',
    keeps: callingBack((done, { line }) => {
      const socket = connect(Number(line.remotePort), '127.0.0.1');
      socket.once('data', () => {
        socket.destroy();
        done();
      });
      socket.write('hello');
    }),
  },
  {
    name: 'callbacks of a client of your own over a socket that requests share',
    verdict: 'lost',
    advice: '`AsyncResource.bind(callback)` where you keep it, or a promise',
    loses: callingBack((done, { line }) => ask(line, done)),
    keeps: callingBack((done, { line }) => ask(line, AsyncResource.bind(done))),
  },
];
