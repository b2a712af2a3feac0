import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type PostgresService, startPostgres } from '../services/postgres.js';
import { findRedis, type RedisService, startRedis } from '../services/redis.js';
import { describeWith } from '../services/skip.js';
import { until } from '../support/until.js';
import { type Dependencies, type FaultyService, INTERVAL_MS, startService } from './service.js';

const FOR_EVER = 600_000;

async function start(dependencies: Dependencies): Promise<FaultyService> {
  const service = await startService(dependencies);
  onTestFinished(service.stop);
  return service;
}

/** Lives through the end of what it depends on, and says so. */
async function outlives(service: FaultyService, end: () => Promise<void>): Promise<void> {
  const ready = async () => (await service.probe('/health/ready')).status;
  await until(async () => (await ready()) === 200, 'all is well to begin with');
  await end();
  await until(async () => (await ready()) === 503, 'the loss is noticed');
  await sleep(2 * INTERVAL_MS);
  expect((await service.probe('/health/live')).status).toBe(200);
  expect(service.errors()).toBe('');
  expect([service.child.exitCode, service.child.signalCode]).toEqual([null, null]);
}

/** The server goes in an orderly way, and by force. */
const ENDS: readonly [string, (server: PostgresService | RedisService) => Promise<void>][] = [
  ['shuts down', (server) => server.stop()],
  [
    'is killed',
    (server) => {
      process.kill(server.pid, 'SIGKILL');
      return server.stop();
    },
  ],
];

async function startDatabase() {
  const server = await startPostgres();
  onTestFinished(server.stop);
  const { user, password, database, port } = server;
  return { server, database: { host: '127.0.0.1', user, password, database, port } };
}

describe.each(ENDS)('a database that %s', (_, end) => {
  it.each([
    ['with a pool', true],
    ['without one', false],
  ])('never ends the process: %s', async (_name, hasPool) => {
    const { server, database } = await startDatabase();
    const service = await start({
      ...(hasPool ? { database } : { custom: database }),
      keepFor: FOR_EVER,
      intervalMs: INTERVAL_MS,
    });
    if (hasPool) expect((await service.ask('/sql/SELECT%201')).status).toBe(200);
    await outlives(service, () => end(server));
  });
});

// What the others are spared.
it('a pool that nobody listens to does end the process', async () => {
  const { server, database } = await startDatabase();
  const service = await start({ database, listens: false });
  expect((await service.ask('/sql/SELECT%201')).status).toBe(200);
  const ended = once(service.child, 'close');
  await server.stop();
  expect((await ended)[0]).toBe(1);
  expect(service.errors()).toContain("Unhandled 'error' event");
});

describeWith('redis-server', findRedis()).each(ENDS)('a cache that %s', (_, end) => {
  it('never ends the process', async () => {
    const server = (await startRedis()) as RedisService;
    onTestFinished(server.stop);
    const service = await start({
      cache: server.url,
      place: server,
      keepFor: FOR_EVER,
      intervalMs: INTERVAL_MS,
    });
    await outlives(service, () => end(server));
  });
});
