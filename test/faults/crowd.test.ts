import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresService, startPostgres } from '../services/postgres.js';
import { signalAll } from '../services/signal-all.js';
import { type CountingProxy, startCountingProxy } from './counting-proxy.js';
import { CACHE_MS, type FaultyService, startService } from './service.js';

const CROWD = 300;
const QUERIES = 10;
/** A budget, and the moment after it. */
const FROZEN_MS = 850;
/** By how much two equal measurements differ on a machine that is busy. */
const NOISE_MS = 200;

describe('300 probes at once of a frozen database', () => {
  let server: PostgresService;
  let proxy: CountingProxy;
  let service: FaultyService;

  beforeAll(async () => {
    server = await startPostgres();
    proxy = await startCountingProxy(server.port);
    const { user, password, database, port } = server;
    service = await startService({
      database: { host: '127.0.0.1', user, password, database, port },
      checkedPort: proxy.port,
    });
  });
  afterAll(async () => {
    await service.stop();
    await proxy.stop();
    await server.stop();
  });

  async function askCrowd() {
    const started = performance.now();
    const answers = await Promise.all(
      Array.from({ length: CROWD }, () => service.probe('/health/ready')),
    );
    return { answers, took: performance.now() - started };
  }

  /** Milliseconds until the application's queries are answered once the database goes on. */
  async function delayOfQueries(meanwhile: () => Promise<unknown>): Promise<number> {
    signalAll(server.pid, 'SIGSTOP');
    const queries = Array.from({ length: QUERIES }, () => service.ask('/sql/SELECT%201'));
    await meanwhile();
    // Two are in hand and the others wait: nobody else is in the application's pool.
    const pool = JSON.parse((await service.ask('/pool')).body);
    signalAll(server.pid, 'SIGCONT');
    const thawedAt = performance.now();
    const answers = await Promise.all(queries);
    const delay = performance.now() - thawedAt;
    expect(answers.map(({ status }) => status)).toEqual(Array(QUERIES).fill(200));
    expect(pool).toEqual({ total: 2, waiting: QUERIES - 2 });
    return delay;
  }

  it('have one connection between them, are answered, and hold up no query', async () => {
    const well = await askCrowd();
    expect(new Set(well.answers.map(({ status }) => status))).toEqual(new Set([200]));
    const without = await delayOfQueries(() => sleep(2 * FROZEN_MS));
    expect((await service.probe('/health/ready')).status).toBe(200);

    const before = proxy.made;
    const withProbes = await delayOfQueries(async () => {
      for (let i = 0; i < 2; i++) {
        await sleep(CACHE_MS);
        const { answers } = await askCrowd();
        for (const { status, verdicts, took } of answers) {
          expect([status, verdicts.database]).toEqual([503, 'timeout']);
          expect(took).toBeLessThan(FROZEN_MS + well.took);
        }
        expect((await service.probe('/health/live')).status).toBe(200);
      }
    });
    // One for each crowd; of a slow machine, whoever comes late begins another.
    expect(proxy.made - before).toBeLessThan(6);
    expect(proxy.most).toBe(1);
    expect(withProbes).toBeLessThan(without + NOISE_MS);
  });
});
