import { type Family, get, type Scenario } from '../scenario.js';
import type { Behaviour } from '../tape.js';
import { fixedError } from './behaviours.js';

/** What an application throws or rejects with, and what nobody then catches. */
const FAILURES: Readonly<Record<string, Behaviour>> = {
  'throws at once': () => {
    throw fixedError('thrown at once');
  },
  'throws what is no error': () => {
    throw 'only text';
  },
  'throws nothing': () => {
    throw undefined;
  },
  'throws after the head': (_request, response) => {
    response.write('half');
    throw fixedError('thrown after the head');
  },
  'throws after the end': (_request, response) => {
    response.end('whole');
    throw fixedError('thrown after the end');
  },
  'throws later': (_request, response) => {
    setTimeout(() => {
      response.end('whole');
      throw fixedError('thrown later');
    }, 2);
  },
  'throws in finish': (_request, response) => {
    response.on('finish', () => {
      throw fixedError('thrown in finish');
    });
    response.end('whole');
  },
  'throws in close': (_request, response) => {
    response.on('close', () => {
      throw fixedError('thrown in close');
    });
    response.end('whole');
  },
  'emits an error that nobody hears': (_request, response) => {
    setTimeout(() => response.emit('error', fixedError('unheard')), 2);
    setTimeout(() => response.end('whole'), 10);
  },
  'rejects and forgets': (_request, response) => {
    void Promise.reject(fixedError('forgotten'));
    response.end('whole');
  },
  'rejects in an async listener': async (_request, response) => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    response.end('whole');
    throw fixedError('rejected');
  },
  'writes after the end and does not listen': (_request, response) => {
    response.end('whole');
    response.write('more');
  },
  warns: (_request, response) => {
    process.emitWarning('the application warns');
    response.end('warned');
  },
};

/** What an application does not catch. */
export const failures: Family = {
  family: 'failures',
  scenarios: Object.entries(FAILURES).map(
    ([name, behaviour]): Scenario => ({
      name,
      steps: [get('/items')],
      behaviour,
      silent: true,
      alone: true,
    }),
  ),
};
