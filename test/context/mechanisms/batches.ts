import { AsyncResource } from 'node:async_hooks';
import { callingBack, type Mechanism } from '../mechanism.js';

const queue: (() => void)[] = [];

/** Collects what requests want and does it at once, as loaders and writers of batches do. */
function enqueue(done: () => void): void {
  queue.push(done);
  if (queue.length > 1) return;
  setTimeout(() => {
    for (const one of queue.splice(0)) one();
  }, 5);
}

/** What an application makes itself. */
export const batches: readonly Mechanism[] = [
  {
    name: 'callbacks of a batch of your own',
    verdict: 'lost',
    advice: '`AsyncResource.bind(callback)` where you keep it, or a promise',
    loses: callingBack(enqueue),
    keeps: callingBack((done) => enqueue(AsyncResource.bind(done))),
  },
  {
    name: 'promises of a batch of your own',
    verdict: 'kept',
    keeps: async (note) => {
      await new Promise<void>(enqueue);
      note();
    },
  },
];
