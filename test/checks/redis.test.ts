import { rm } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type ClosableCheck, redis } from '../../src/checks/redis.js';
import { freePort } from '../services/process.js';
import { findRedis, type RedisService, startRedis } from '../services/redis.js';
import { describeWith } from '../services/skip.js';
import { until } from '../support/until.js';
import { everyOne, heldSockets, run, under, verdicts } from './trial.js';

const PASSWORD = 'right';
const ARGS = ['--requirepass', PASSWORD, '--enable-debug-command', 'yes'];
const FOR_EVER = 600_000;

describeWith('redis-server', findRedis())('redis', () => {
  let server: RedisService;
  let port: number;
  let admin: Redis;
  let application: { ioredis: Redis; nodeRedis: ReturnType<typeof patientClient> };
  let forAll: (options: Parameters<typeof redis>[1]) => Record<string, ClosableCheck>;
  let pings: Record<string, ClosableCheck>;
  let writes: Record<string, ClosableCheck>;
  let keeping: Record<string, ClosableCheck>;

  const start = async () => {
    server = (await startRedis({ port, args: ARGS })) as RedisService;
  };
  const ask = (command: string, ...args: string[]) => admin.call(command, ...args);
  const set = (option: string, value: string) => ask('CONFIG', 'SET', option, value);
  /** The connections of checks: all but the administrator's and the application's own. */
  const checkConnections = async () => {
    const clients = String(await ask('CLIENT', 'LIST'))
      .trim()
      .split('\n');
    return clients.length - 3;
  };
  const settled = () =>
    until(
      async () => application.nodeRedis.isReady && application.ioredis.status === 'ready',
      'the application is connected again',
    );

  beforeAll(async () => {
    port = await freePort();
    await start();
    const url = `redis://:${PASSWORD}@127.0.0.1:${port}`;
    admin = new Redis(url, { retryStrategy: () => 20 }).on('error', () => {});
    application = {
      ioredis: new Redis(url, { retryStrategy: () => 20 }).on('error', () => {}),
      nodeRedis: patientClient(url),
    };
    await application.nodeRedis.connect();
    const sources = { url, ...application };
    forAll = (options) =>
      Object.fromEntries(
        Object.entries(sources).map(([name, source]) => [name, redis(source, options)]),
      );
    pings = forAll({});
    writes = forAll({ write: true });
  });

  beforeEach(() => {
    keeping = forAll({ write: true, keepFor: FOR_EVER });
  });
  afterEach(() => Promise.all(Object.values(keeping).map((check) => check.close())));

  afterAll(async () => {
    admin.disconnect();
    application.ioredis.disconnect();
    application.nodeRedis.destroy();
    await server.stop();
  });

  it('says how long the answer took', async () => {
    for (const check of Object.values({ ...pings, ...writes, ...keeping })) {
      const { status, details } = await run(check);
      expect(status).toBe('healthy');
      expect(details.latency_ms).toBeGreaterThan(0);
    }
  });

  it('judges by its thresholds', async () => {
    expect(await run(redis(application.ioredis, { warn: 0 }))).toMatchObject({
      status: 'degraded',
    });
    expect(await run(redis(application.ioredis, { fail: 0 }))).toMatchObject({
      status: 'unhealthy',
      class: 'timeout',
    });
  });

  it('leaves neither a connection nor a handle behind', async () => {
    await Promise.all(Object.values(keeping).map((check) => run(check)));
    await until(
      async () => (await checkConnections()) === 3,
      'there is one for each that keeps it',
    );
    const held = heldSockets();
    for (let i = 0; i < 5; i++) await verdicts({ ...pings, ...writes });
    await until(async () => (await checkConnections()) === 3, 'all the others are gone');
    expect(heldSockets()).toBe(held);
  });

  it.each(['pings', 'writes', 'keeping'])('tells of a frozen server: %s', async (which) => {
    await under(
      'timeout',
      { pings, writes, keeping }[which] ?? {},
      () => process.kill(server.pid, 'SIGSTOP'),
      () => process.kill(server.pid, 'SIGCONT'),
    );
  });

  it.each(['pings', 'writes', 'keeping'])('tells of a blocked event loop: %s', async (which) => {
    let asleep: Promise<unknown>;
    await under(
      'timeout',
      { pings, writes, keeping }[which] ?? {},
      () => {
        asleep = ask('DEBUG', 'SLEEP', '1.2');
      },
      () => asleep,
    );
  });

  it.each(['pings', 'writes', 'keeping'])(
    'tells of a server that was killed: %s',
    async (which) => {
      await under(
        'refused',
        { pings, writes, keeping }[which] ?? {},
        async () => {
          process.kill(server.pid, 'SIGKILL');
          await server.stop();
        },
        async () => {
          await start();
          await settled();
        },
      );
    },
  );

  it('notices between its runs that a connection it keeps was lost', async () => {
    expect(await verdicts(keeping)).toEqual(everyOne(keeping, 'healthy'));
    await server.stop();
    await start();
    await settled();
    expect(await verdicts(keeping)).toEqual(everyOne(keeping, 'healthy'));
  });

  it('tells of a wrong password', async () => {
    await under(
      'auth',
      { ...pings, ...writes },
      () => set('requirepass', 'changed'),
      () => set('requirepass', PASSWORD),
    );
  });

  it('tells of a missing password', async () => {
    const url = `redis://127.0.0.1:${port}`;
    const nodeRedis = createClient({ url });
    const ioredis = new Redis(url, { lazyConnect: true });
    const checks = { url: redis(url), ioredis: redis(ioredis), nodeRedis: redis(nodeRedis) };
    expect(await verdicts(checks)).toEqual(everyOne(checks, 'auth'));
  });

  it('tells of a server that is full of clients', async () => {
    await until(async () => (await checkConnections()) === 0, 'only the application is left');
    await under(
      'exhausted',
      pings,
      () => set('maxclients', '3'),
      () => set('maxclients', '1000'),
    );
  });

  it('tells of a server that is loading its data', async () => {
    await ask('DEBUG', 'POPULATE', '2000', 'key', '100');
    await set('key-load-delay', '1000');
    await set('loading-process-events-interval-bytes', '1024');
    let loading: Promise<unknown>;
    await under(
      'loading',
      { ...pings, ...writes },
      () => {
        loading = ask('DEBUG', 'RELOAD');
      },
      async () => {
        await loading;
        await ask('FLUSHALL');
      },
    );
  });

  /** How a fault is classed, what PING says meanwhile, how to break and how to undo it. */
  const writeFaults: Record<string, [string, string, () => unknown, () => unknown]> = {
    'a read-only replica': [
      'readonly',
      'healthy',
      () => ask('REPLICAOF', '127.0.0.1', '1'),
      () => ask('REPLICAOF', 'NO', 'ONE'),
    ],
    'too few replicas': [
      'readonly',
      'healthy',
      () => set('min-replicas-to-write', '1'),
      () => set('min-replicas-to-write', '0'),
    ],
    'a server without memory': [
      'exhausted',
      'healthy',
      () => set('maxmemory', '1'),
      () => set('maxmemory', '0'),
    ],
    'a server that cannot save': [
      'readonly',
      'readonly',
      async () => {
        const [, directory] = (await admin.config('GET', 'dir')) as [string, string];
        await set('save', '3600 1');
        await rm(directory, { recursive: true });
        await ask('BGSAVE');
        const failed = async () => (await admin.info('persistence')).includes('bgsave_status:err');
        await until(failed, 'saving has failed');
      },
      () => set('stop-writes-on-bgsave-error', 'no'),
    ],
  };

  it.each(Object.keys(writeFaults))('tells of %s when it writes', async (name) => {
    const [verdict, byPing, breakIt, undo] = writeFaults[name] as (typeof writeFaults)[string];
    const seen: unknown[] = [];
    await under(
      verdict,
      { ...writes, ...prefixed(keeping) },
      async () => {
        await breakIt();
        seen.push(await verdicts(pings));
      },
      undo,
    );
    expect(seen).toEqual([everyOne(pings, byPing)]);
  });

  it('writes a key that goes away by itself', async () => {
    await run(redis(application.ioredis, { write: true, key: 'mine' }));
    expect(await admin.pttl('mine')).toBeGreaterThan(5000);
  });

  it('tells of a name that does not resolve', async () => {
    const url = 'redis://nowhere..invalid:6379';
    const ioredis = new Redis(url, { lazyConnect: true });
    const nodeRedis = createClient({ url });
    const checks = { url: redis(url), ioredis: redis(ioredis), nodeRedis: redis(nodeRedis) };
    expect(await verdicts(checks)).toEqual(everyOne(checks, 'dns'));
  });

  it('refuses at once what it cannot mean', () => {
    expect(() => redis('http://127.0.0.1')).toThrow('redis check: expected a client of ioredis');
    expect(() => redis({} as never)).toThrow('got an object');
    expect(() => redis(application.ioredis, { write: 'yes' as never })).toThrow(
      'redis check: option write: expected true or false, got a text',
    );
    expect(() => redis(application.ioredis, { warn: 9, fail: 8 })).toThrow('0 <= warn <= fail');
    expect(() => redis(application.ioredis, { wirte: true } as never)).toThrow(
      'unknown key "wirte"',
    );
  });
});

function patientClient(url: string) {
  return createClient({ url, socket: { reconnectStrategy: 20 } }).on('error', () => {});
}

function prefixed(checks: Record<string, ClosableCheck>): Record<string, ClosableCheck> {
  return Object.fromEntries(
    Object.entries(checks).map(([name, check]) => [`${name}, kept`, check]),
  );
}
