import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { callingBack, type Mechanism } from '../mechanism.js';

/** Node's timers and what they are made into. */
export const timers: readonly Mechanism[] = [
  { name: '`setTimeout`', verdict: 'kept', keeps: callingBack((done) => setTimeout(done, 2)) },
  {
    name: '`setInterval`',
    verdict: 'kept',
    keeps: (note) =>
      new Promise<void>((resolve) => {
        let times = 0;
        const timer = setInterval(() => {
          note();
          if (++times < 3) return;
          clearInterval(timer);
          resolve();
        }, 1);
      }),
  },
  { name: '`setImmediate`', verdict: 'kept', keeps: callingBack((done) => setImmediate(done)) },
  {
    name: '`process.nextTick`',
    verdict: 'kept',
    keeps: callingBack((done) => process.nextTick(done)),
  },
  { name: '`queueMicrotask`', verdict: 'kept', keeps: callingBack((done) => queueMicrotask(done)) },
  {
    name: '`node:timers/promises`',
    verdict: 'kept',
    keeps: async (note) => {
      await sleep(2);
      note();
    },
  },
  {
    name: '`util.promisify`',
    verdict: 'kept',
    keeps: async (note) => {
      await promisify((done: () => void) => setImmediate(done))();
      note();
    },
  },
  {
    name: '`AbortSignal.timeout`',
    verdict: 'kept',
    keeps: callingBack((done) => {
      const signal = AbortSignal.timeout(2);
      signal.addEventListener('abort', () => setImmediate(() => signal.aborted && done()));
    }),
  },
];
