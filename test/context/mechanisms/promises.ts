import { setImmediate as turn } from 'node:timers/promises';
import { callingBack, type Mechanism } from '../mechanism.js';

async function* counting(note: () => void): AsyncGenerator<number> {
  for (let i = 0; i < 3; i++) {
    await turn();
    note();
    yield i;
  }
}

const thenable = {
  // biome-ignore lint/suspicious/noThenProperty: an object that only looks like a promise
  then: (resolve: (value: string) => void) => void setImmediate(resolve, 'done'),
};

/** Promises of requests share nothing, or are shared by all. */
let shared: Promise<void> | undefined;

/** Promises, and what is made of them. */
export const promises: readonly Mechanism[] = [
  {
    name: 'chains of promises',
    verdict: 'kept',
    keeps: (note) =>
      turn()
        .then(note)
        .then(() => turn())
        .then(note)
        .finally(note),
  },
  {
    name: '`async` and `await`',
    verdict: 'kept',
    keeps: async (note) => {
      for (let i = 0; i < 3; i++) {
        await turn();
        note();
      }
    },
  },
  {
    name: 'asynchronous generators',
    verdict: 'kept',
    keeps: async (note) => {
      for await (const _number of counting(note)) note();
    },
  },
  {
    name: 'objects with a `then` of their own',
    verdict: 'kept',
    keeps: async (note) => {
      await thenable;
      note();
    },
  },
  {
    name: 'a promise that many requests wait for',
    verdict: 'kept',
    keeps: async (note) => {
      shared ??= turn().then(() => {
        shared = undefined;
      });
      await shared;
      note();
    },
  },
  {
    name: '`Promise.all` and `Promise.race`',
    verdict: 'kept',
    keeps: callingBack((done) => {
      Promise.all([turn(), Promise.race([turn(), thenable])]).then(done);
    }),
  },
];
