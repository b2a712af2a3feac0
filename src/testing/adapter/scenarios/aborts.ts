import {
  type Family,
  get,
  halfClose,
  leave,
  message,
  pause,
  reset,
  type Scenario,
  type Step,
  untilNoted,
  untilReceived,
} from '../scenario.js';
import type { Behaviour } from '../tape.js';
import { echo, half, hang, ok, okAfter } from './behaviours.js';

/** A moment of a conversation: how it gets there, what the application does, and
 * how many requests a client that goes then aborts, where that is certain. */
type Moment = readonly [steps: readonly Step[], behaviour: Behaviour, aborted?: number];

const UNFINISHED = message('POST /items HTTP/1.1', ['Content-Length: 100'], 'half');
const UNFINISHED_CHUNKS = message(
  'POST /items HTTP/1.1',
  ['Transfer-Encoding: chunked'],
  '4\r\nha',
);

const large: Behaviour = (_request, response) => response.end('x'.repeat(20_000_000));

const MOMENTS: Readonly<Record<string, Moment>> = {
  'before a byte': [[], ok, 0],
  'within the request line': [['GET /it'], ok, 0],
  'within the headers': [['GET /items HTTP/1.1\r\nHost: sh'], ok, 0],
  'before the last line feed': [['GET /items HTTP/1.1\r\nHost: a\r\n\r'], ok, 0],
  'within the body': [[UNFINISHED, untilNoted('request ')], echo, 1],
  'within a chunk': [[UNFINISHED_CHUNKS, untilNoted('request ')], echo, 1],
  'within a body that is not read': [[UNFINISHED, untilNoted('request ')], hang, 1],
  'within a body, once it is answered': [[UNFINISHED, untilReceived('ok')], ok, 0],
  'before the response': [[get('/items'), untilNoted('request end')], waitForEnd(hang), 1],
  'before a response that still comes': [[get('/items'), untilNoted('request ')], okAfter(60), 1],
  'within the response': [[get('/items'), untilReceived('half')], half, 1],
  'within a large response': [[get('/items'), untilReceived('xxx')], large],
  'after the response': [[get('/items'), untilReceived('ok')], ok, 0],
  'between two requests': [[get('/a'), untilReceived('ok'), 'GET /b'], ok, 0],
};

/** Reads the request, so that it ends, and behaves then. */
function waitForEnd(behaviour: Behaviour): Behaviour {
  return (request, response, note) => {
    request.resume();
    behaviour(request, response, note);
  };
}

const WAYS: Readonly<Record<string, Step>> = {
  reset,
  left: leave,
  'half closed': halfClose,
};

function scenario(way: string, moment: string): Scenario {
  const [steps, behaviour, aborted] = MOMENTS[moment] as Moment;
  const answersStill = way === 'half closed';
  return {
    name: `${way} ${moment}`,
    steps: [...steps, WAYS[way] as Step, pause(moment.includes('still') ? 70 : 0)],
    behaviour,
    ...(answersStill || aborted === undefined ? {} : { aborted }),
    headOnly: behaviour === large,
  };
}

/** Clients that go away, at every moment and in every way. */
export const aborts: Family = {
  family: 'aborts',
  scenarios: Object.keys(WAYS).flatMap((way) =>
    Object.keys(MOMENTS).map((moment) => scenario(way, moment)),
  ),
};
