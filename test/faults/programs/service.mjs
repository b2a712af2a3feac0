// A service with dependencies that fail; run by the tests of faults.
import { createServer } from 'node:http';
import { Redis } from 'ioredis';
import pg from 'pg';
import { setupMonitoring } from 'telltale';
import { pool as poolCheck } from 'telltale/checks/pool';
import { postgres } from 'telltale/checks/postgres';
import { redis } from 'telltale/checks/redis';
import { tcp } from 'telltale/checks/tcp';

const {
  database,
  checkedPort,
  listens = true,
  keepFor = 0,
  cache,
  place,
  custom,
  intervalMs,
  cacheFor,
} = JSON.parse(process.argv[2]);

const server = createServer(answer);
const { health } = setupMonitoring(server, { logs: false, health: { cacheFor } });

/** Both kinds of check: one that probes ask, and one that runs in the background. */
function register(name, create) {
  health.register(name, create());
  if (intervalMs === undefined) return;
  const options = { interval: intervalMs, timeout: 0.8 * intervalMs };
  health.register(`background:${name}`, create(), options);
}

let pool;
if (database !== undefined) {
  pool = new pg.Pool({ ...database, max: 2 });
  if (listens) pool.on('error', () => {});
  const source = checkedPort === undefined ? pool : { ...database, port: checkedPort };
  register('database', () => postgres(source, { writable: true, keepFor }));
  register('pool', () => poolCheck(pool));
}

if (cache !== undefined) {
  const client = new Redis(cache).on('error', () => {});
  register('cache', () => redis(client, { write: true, keepFor }));
}

if (place !== undefined) {
  const { port } = place;
  register('redis', () => redis(`redis://127.0.0.1:${port}`, { keepFor }));
  register('tcp', () => tcp({ host: '127.0.0.1', port }));
}

/** Where the service believes its database to be. */
let host = '127.0.0.1';
if (custom !== undefined) {
  register('named', () => postgres(() => new pg.Client({ ...custom, host }), { keepFor }));
  register('own', () => () => BEHAVIOURS[behaviour]());
}

let behaviour = 'is well';
let release = () => {};
const BEHAVIOURS = {
  'is well': () => true,
  throws: () => {
    throw new Error('thrown on purpose');
  },
  'is refused': async () => {
    throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  },
  'never settles': () =>
    new Promise((resolve) => {
      const others = release;
      release = () => {
        others();
        resolve(true);
      };
    }),
  'resolves twice': () =>
    new Promise((resolve, reject) => {
      resolve(false);
      resolve(true);
      reject(new Error('rejected after the fact'));
    }),
  'returns a text': () => 'healthy',
  'returns null': () => null,
  'returns a status that there is not': () => ({ status: 'splendid' }),
  'returns what throws when it is read': () => ({
    get status() {
      throw new Error('thrown on purpose');
    },
  }),
};

const COMMANDS = {
  host: (value) => {
    host = value;
  },
  behave: (value) => {
    behaviour = value;
    if (value === 'is well') release();
  },
};
process.on('message', ([name, value]) => {
  COMMANDS[name](value);
  process.send({ done: name });
});

/** `/sql/<statement>` asks over the application's own pool; `/pool` says how that is. */
async function answer(request, response) {
  const [, name, statement] = request.url.split('/');
  if (name === 'pool') {
    const { totalCount: total, waitingCount: waiting } = pool;
    return response.end(JSON.stringify({ total, waiting }));
  }
  try {
    await pool.query(decodeURIComponent(statement));
  } catch (error) {
    response.statusCode = 500;
    return response.end(error.message);
  }
  response.end('done');
}

server.listen(0, '127.0.0.1', () => {
  health.markStarted();
  process.send({ port: server.address().port });
});
