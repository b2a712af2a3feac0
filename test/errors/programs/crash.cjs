/**
 * Ends in one of many ways: `crash.cjs <way> <bare|monitored> [options]`. Where it is monitored, it
 * has logged a hundred lines by then. The lines of the two kinds of run are the same in number, so
 * that Node reports the same places.
 */
const [way, kind, options = '{}'] = process.argv.slice(2);

let monitoring;
if (kind === 'monitored') {
  const { createMonitoring } = require('telltale');
  monitoring = createMonitoring({ serviceName: 'crash', ...JSON.parse(options) });
  monitoring.start();
  for (let i = 0; i < 100; i++) monitoring.logger.info({ i }, 'earlier');
  if (way === 'after shutdown') monitoring.shutdown();
}

const caused = () => new TypeError('top', { cause: new RangeError('bottom') });
const say = (text) => process.stderr.write(`${text}\n`);
const soon = (fn) => setTimeout(fn, 5);
const fails = () => {
  throw caused();
};

const ways = {
  'throws at once': fails,
  'throws in a timer': () => soon(fails),
  'throws in a microtask': () => queueMicrotask(fails),
  'throws in a listener': () =>
    process.nextTick(() => process.emit('own'), process.on('own', fails)),
  rejects: () => void Promise.reject(caused()),
  'rejects later': () => soon(async () => fails()),
  'rejects with a text': () => void Promise.reject('a text'),
  'rejects with nothing': () => void Promise.reject(),
  'rejects twice': () => {
    void Promise.reject(caused());
    void Promise.reject(new Error('second'));
  },
  'throws a text': () => {
    throw 'a text';
  },
  'throws nothing': () => {
    throw undefined;
  },
  'throws null': () => {
    throw null;
  },
  'throws what is frozen': () => {
    throw Object.freeze(caused());
  },
  'throws what cannot be read': () => {
    throw Object.defineProperty(new Error('odd'), 'cause', {
      enumerable: true,
      get() {
        throw new Error('unreadable');
      },
    });
  },
  'throws what ends nowhere': () => {
    const endless = () => endless();
    endless();
  },
  'has a listener that goes on': () => {
    process.on('uncaughtException', ({ message }, origin) => say(`${origin}: ${message}`));
    soon(fails);
  },
  'has a listener that goes on, for rejections too': () => {
    process.on('uncaughtException', ({ message }, origin) => say(`${origin}: ${message}`));
    void Promise.reject(caused());
  },
  'has a listener that throws': () => {
    process.on('uncaughtException', () => {
      throw new Error('from the listener');
    });
    soon(fails);
  },
  'has a listener that exits': () => {
    process.on('uncaughtException', () => process.exit(3));
    soon(fails);
  },
  'has a monitor': () => {
    process.on('uncaughtExceptionMonitor', ({ message }, origin) => say(`${origin}: ${message}`));
    soon(fails);
  },
  'has an exit code': () => {
    process.exitCode = 5;
    soon(fails);
  },
  'has an exit listener': () => {
    process.on('exit', (code) => say(`exit ${code}`));
    soon(fails);
  },
  'has an exit listener that chooses the code': () => {
    process.on('exit', () => {
      process.exitCode = 9;
    });
    soon(fails);
  },
  'has a capture callback': () => {
    process.setUncaughtExceptionCaptureCallback(({ message }) => say(message));
    soon(fails);
  },
  'has a domain': () => {
    const domain = require('node:domain').create();
    domain.on('error', ({ message }) => say(message));
    domain.run(() => soon(fails));
  },
  'listens to rejections': () => {
    process.on('unhandledRejection', ({ message }) => say(message));
    void Promise.reject(caused());
  },
  'listens to all': () => {
    process.on('uncaughtException', ({ message }, origin) => say(`${origin}: ${message}`));
    process.on('unhandledRejection', ({ message }) => say(message));
    void Promise.reject(caused());
  },
  'listens to rejections once': () => {
    process.once('unhandledRejection', ({ message }) => say(message));
    void Promise.reject(new Error('first'));
    soon(() => Promise.reject(caused()));
  },
  'listened to rejections': () => {
    const listener = () => {};
    process.on('unhandledRejection', listener);
    process.off('unhandledRejection', listener);
    void Promise.reject(caused());
  },
  'listened to rejections in every way': () => {
    process.on('unhandledRejection', () => {});
    process.removeAllListeners('unhandledRejection');
    void Promise.reject(caused());
  },
  'throws where it listens to rejections': () => {
    process.on('unhandledRejection', () => {
      throw new Error('from the listener');
    });
    void Promise.reject(caused());
  },
  'has ten listeners to rejections': () => {
    for (let i = 0; i < 10; i++) process.on('unhandledRejection', () => say(`listener ${i}`));
    void Promise.reject(caused());
  },
  'handles a rejection late': () => {
    process.on('unhandledRejection', () => say('unhandled'));
    process.on('rejectionHandled', () => say('handled'));
    const rejected = Promise.reject(caused());
    soon(() => rejected.catch(() => {}));
  },
  'fails in a worker': () => {
    const { Worker } = require('node:worker_threads');
    const worker = new Worker("throw new TypeError('top')", { eval: true });
    worker.on('error', ({ message }) => say(message));
    worker.on('exit', (code) => say(`worker ${code}`));
  },
  'fails in a worker that nobody watches': () => {
    const { Worker } = require('node:worker_threads');
    new Worker("throw new TypeError('top')", { eval: true });
  },
  'is monitored in a worker': () => {
    const { Worker, isMainThread } = require('node:worker_threads');
    if (!isMainThread) return soon(fails);
    const worker = new Worker(__filename, { argv: process.argv.slice(2) });
    worker.on('error', ({ message }) => say(message));
    worker.on('exit', (code) => say(`worker ${code}`));
  },
  'throws in a request': () => {
    const { createServer, get } = require('node:http');
    const server = createServer(() => soon(fails));
    monitoring?.attach(server);
    server.listen(0, '127.0.0.1', () => get({ port: server.address().port, path: '/orders' }));
  },
  'after shutdown': () => soon(() => soon(fails)),
  'ends well': () => {},
};

ways[way]();
