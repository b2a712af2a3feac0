import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Family, get, getOnce, post, type Scenario } from '../scenario.js';
import type { Behaviour } from '../tape.js';
import { fixedError, ok } from './behaviours.js';

/** Adds as many listeners as Node takes without a warning when it is alone. */
function filling(
  of: (request: IncomingMessage, response: ServerResponse) => EventEmitter,
  event: string,
  most: number,
): Behaviour {
  return (request, response) => {
    const emitter = of(request, response);
    for (let i = 0; i < most; i++) emitter.on(event, () => {});
    response.end('filled');
  };
}

/** What an application does to the objects that it is handed. */
const MEDDLINGS: Readonly<Record<string, Behaviour>> = {
  'removes all listeners of the response': (_request, response) => {
    response.removeAllListeners();
    response.end('alone');
  },
  'removes all listeners of the request': (request, response) => {
    request.removeAllListeners();
    response.end('alone');
  },
  'removes the listeners of finish': (_request, response) => {
    response.removeAllListeners('finish');
    response.end('unfinished');
  },
  'removes the listeners of close': (_request, response) => {
    response.removeAllListeners('close');
    response.end('unclosed');
  },
  'has nine listeners of finish': filling((_request, response) => response, 'finish', 9),
  'has ten listeners of close': filling((_request, response) => response, 'close', 10),
  'has ten listeners of the request closing': filling((request) => request, 'close', 10),
  'has ten listeners of the request ending': filling((request) => request, 'end', 10),
  'has eight listeners of the socket closing': filling((request) => request.socket, 'close', 8),
  'rewrites the request': (request, response) => {
    request.method = 'DELETE';
    request.url = '/rewritten?to=this';
    request.headers = { host: 'rewritten' };
    response.end('rewritten');
  },
  'makes the request unreadable': (request, response) => {
    Object.assign(request, { method: undefined, url: undefined, headers: {} });
    response.end('unreadable');
  },
  'replaces end': (_request, response) => {
    const { end } = response;
    response.end = ((...args: Parameters<typeof end>) => end.apply(response, args)) as typeof end;
    response.end('replaced');
  },
  'replaces writeHead and write': (_request, response) => {
    const { writeHead, write } = response;
    response.writeHead = ((...args: Parameters<typeof writeHead>) => {
      response.setHeader('X-Replaced', 'yes');
      return writeHead.apply(response, args);
    }) as typeof writeHead;
    response.write = ((...args: Parameters<typeof write>) =>
      write.apply(response, args)) as typeof write;
    response.write('replaced');
    response.end();
  },
  'replaces emit': (_request, response, note) => {
    const { emit } = response;
    response.emit = (event: string | symbol, ...args: unknown[]) => {
      if (event !== 'newListener' && event !== 'removeListener') note(`emit ${String(event)}`);
      return emit.call(response, event, ...args);
    };
    response.end('replaced');
  },
  'hears of new listeners': (request, response, note) => {
    response.on('newListener', (event) => note(`response hears ${event}`));
    request.on('newListener', (event) => note(`request hears ${event}`));
    response.end('heard');
  },
  'seals the objects': (request, response) => {
    Object.seal(request);
    Object.seal(response);
    response.end('sealed');
  },
  'forbids new properties': (request, response) => {
    Object.preventExtensions(request);
    Object.preventExtensions(response);
    response.end('closed to more');
  },
  'makes the status unreadable at the end': (_request, response) => {
    response.writeHead(200);
    Object.defineProperty(response, 'statusCode', {
      get() {
        throw fixedError('nobody reads this');
      },
      set() {},
    });
    response.end('unreadable');
  },
  'makes the headers unreadable': (request, response) => {
    Object.defineProperty(request, 'headers', {
      get() {
        throw fixedError('nobody reads this either');
      },
    });
    response.end('unreadable');
  },
  'makes the socket unreadable': (request, response) => {
    Object.defineProperty(request, 'socket', { get: () => undefined });
    response.end('unreadable');
  },
  'tells its prototypes': (request, response) => {
    const names = [request, response].map((one) => {
      const own = Object.getOwnPropertyNames(one).length;
      return `${Object.getPrototypeOf(one).constructor.name} ${own}`;
    });
    response.end(names.join());
  },
  'reads the request twice': (request, response) => {
    request.once('readable', () => {
      request.read();
      request.on('data', () => {});
      request.on('end', () => response.end('read'));
    });
  },
  'pauses and resumes the request': (request, response, note) => {
    request.pause();
    note(`${request.isPaused()} ${request.readableFlowing}`);
    setTimeout(() => {
      request.resume();
      request.on('end', () => response.end('resumed'));
    }, 5);
  },
};

/** These meet their response through listeners of their own, which must stay the only ones. */
const SILENT = /listeners|forbids|hears/;

/** What an application does to its requests. */
export const meddling: Family = {
  family: 'meddling',
  scenarios: [
    ...Object.entries(MEDDLINGS).map(
      ([name, behaviour]): Scenario => ({
        name,
        steps: [name.includes('reads') || name.includes('pauses') ? post('body') : get('/items')],
        behaviour,
        silent: SILENT.test(name),
        faulty: name.includes('unreadable'),
        alone: name.includes('unreadable'),
      }),
    ),
    { name: 'nothing, with the connection closed', steps: [getOnce('/items')], behaviour: ok },
  ],
};
