import {
  type Family,
  get,
  getOnce,
  leave,
  pause,
  post,
  reset,
  type Scenario,
  untilNoted,
  untilReceived,
} from '../scenario.js';
import { byTarget, echo, half, hang, ok, okAfter } from './behaviours.js';

const behaviour = byTarget({
  '/slow': okAfter(25),
  '/hang': hang,
  '/half': half,
  '/destroy': (_request, response) => response.destroy(),
  '/close': (_request, response) => response.setHeader('Connection', 'close').end('last'),
});

const scenarios: Omit<Scenario, 'behaviour'>[] = [
  { name: 'two', steps: [get('/a') + get('/b')] },
  { name: 'five', steps: [get('/a').repeat(4) + getOnce('/e')] },
  { name: 'fifty', steps: [get('/a').repeat(49) + getOnce('/z')] },
  { name: 'two, the first of them slow', steps: [get('/slow') + getOnce('/b')] },
  {
    name: 'five, every other one slow',
    steps: [get('/slow') + get('/b') + get('/slow') + get('/d') + getOnce('/slow')],
  },
  { name: 'two, cut in the middle of the second', steps: [`${get('/a')}GET /b HT`] },
  {
    name: 'two, the second in pieces',
    steps: [`${get('/a')}GET /b HT`, pause(5), 'TP/1.1\r\nHo', pause(5), 'st: x\r\n\r\n'],
  },
  { name: 'two, the first of which closes', steps: [getOnce('/a') + get('/b')] },
  {
    name: 'two, the first of which the application closes',
    steps: [get('/close') + get('/b')],
  },
  { name: 'two, the second malformed', steps: [`${get('/a')}NONSENSE\r\n\r\n`] },
  {
    name: 'two, the second malformed and the first slow',
    steps: [`${get('/slow')}NONSENSE\r\n\r\n`],
    aborted: 1,
  },
  {
    name: 'two, the first destroyed',
    steps: [get('/destroy') + get('/b')],
  },
  {
    name: 'two, the second destroyed',
    steps: [get('/slow') + get('/destroy')],
    aborted: 1,
  },
  {
    name: 'three behind one that is never answered, reset',
    steps: [get('/hang') + get('/b').repeat(3), untilNoted('#4'), reset],
    aborted: 4,
  },
  {
    name: 'three behind one that is never answered, left',
    steps: [get('/hang') + get('/b').repeat(3), untilNoted('#4'), leave],
    aborted: 4,
  },
  {
    name: 'three behind half an answer, reset',
    steps: [get('/half') + get('/b').repeat(3), untilReceived('half'), reset],
    aborted: 4,
  },
  {
    name: 'five in turn on one connection',
    steps: [1, 2, 3, 4, 5].flatMap((i) => [get(`/${i}`), untilNoted(`#${i} response close`)]),
  },
];

/** Requests sent before the answers to those before them. */
export const pipelines: Family = {
  family: 'pipelines',
  scenarios: [
    ...scenarios.map((one) => ({ ...one, behaviour })),
    { name: 'two with bodies', steps: [post('one') + post('two')], behaviour: echo },
    {
      name: 'two, the body of the first not read',
      steps: [post('one') + post('two')],
      behaviour: ok,
    },
  ],
};
