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

/** They live through the end of what they depend on, and say so. */
async function outlive(
  services: readonly FaultyService[],
  end: () => Promise<void>,
): Promise<void> {
  const allSay = (status: number) => async () => {
    const answers = await Promise.all(services.map((one) => one.probe('/health/ready')));
    return answers.every((answer) => answer.status === status);
  };
  await until(allSay(200), 'all is well to begin with');
  await end();
  await until(allSay(503), 'the loss is noticed');
  await sleep(2 * INTERVAL_MS);
  for (const { probe, child, errors } of services) {
    expect((await probe('/health/live')).status).toBe(200);
    expect([child.exitCode, child.signalCode, errors()]).toEqual([null, null, '']);
  }
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
  it('never ends the process, with a pool or without one', async () => {
    const { server, database } = await startDatabase();
    const parts = { keepFor: FOR_EVER, intervalMs: INTERVAL_MS };
    const withPool = await start({ ...parts, database });
    const without = await start({ ...parts, custom: database });
    expect((await withPool.ask('/sql/SELECT%201')).status).toBe(200);
    await outlive([withPool, without], () => end(server));
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
    await outlive([service], () => end(server));
  });
});
