import { AsyncResource } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { callingBack, type Mechanism } from '../mechanism.js';

const BIND_LISTENER = '`emitter.on(event, AsyncResource.bind(listener))`, or `await once(…)`';

/** Has the event told once to all listeners, which is done in the context of one request. */
function gather(emitter: EventEmitter, listener: () => void): void {
  emitter.once('ready', listener);
  if (emitter.listenerCount('ready') === 1) setTimeout(() => emitter.emit('ready'), 100);
}

let nextMessage = 0;

/** Events: of something that belongs to the request, and of something that all of them share. */
export const emitters: readonly Mechanism[] = [
  {
    name: 'an emitter of the request',
    verdict: 'kept',
    keeps: callingBack((done) => {
      const emitter = new EventEmitter();
      emitter.once('ready', done);
      setImmediate(() => emitter.emit('ready'));
    }),
  },
  {
    name: 'a listener on an emitter that requests share',
    verdict: 'lost',
    advice: BIND_LISTENER,
    loses: callingBack((done, { emitter }) => gather(emitter, done)),
    keeps: callingBack((done, { emitter }) => gather(emitter, AsyncResource.bind(done))),
  },
  {
    name: '`events.once`',
    verdict: 'kept',
    keeps: async (note, { emitter }) => {
      gather(emitter, () => {});
      await once(emitter, 'ready');
      note();
    },
  },
  {
    name: 'messages of a worker that requests share',
    verdict: 'lost',
    advice: "`worker.on('message', AsyncResource.bind(listener))`",
    loses: callingBack((done, { worker }) => answerOf(worker, done)),
    keeps: callingBack((done, { worker }) => answerOf(worker, AsyncResource.bind(done))),
  },
  {
    name: 'a `MessageChannel` of the request',
    verdict: 'kept',
    keeps: callingBack((done) => {
      const { port1, port2 } = new MessageChannel();
      port1.once('message', () => {
        port1.close();
        done();
      });
      port2.postMessage('hello');
    }),
  },
];

function answerOf(worker: import('node:worker_threads').Worker, done: () => void): void {
  const own = nextMessage++;
  function listener(message: number): void {
    if (message !== own) return;
    worker.off('message', listener);
    done();
  }
  worker.on('message', listener);
  worker.postMessage(own);
}
