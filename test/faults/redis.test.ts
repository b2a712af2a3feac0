import { Redis } from 'ioredis';
import { afterAll, beforeAll, it } from 'vitest';
import { freePort } from '../services/process.js';
import { findRedis, type RedisService, startRedis } from '../services/redis.js';
import { describeWith } from '../services/skip.js';
import { type FaultyService, INTERVAL_MS, startService } from './service.js';
import { type Fault, withstand } from './withstand.js';

const PASSWORD = 'right';
const ARGS = ['--requirepass', PASSWORD, '--enable-debug-command', 'yes'];

describeWith('redis-server', findRedis())('a service whose Redis', () => {
  let server: RedisService;
  let port: number;
  let admin: Redis;
  let service: FaultyService;
  let busy: Promise<unknown>;

  const start = async () => {
    server = (await startRedis({ port, args: ARGS })) as RedisService;
  };
  const ask = (command: string, ...args: string[]) => admin.call(command, ...args);
  const set = (option: string, value: string) => ask('CONFIG', 'SET', option, value);
  const signal = (name: NodeJS.Signals) => process.kill(server.pid, name);

  beforeAll(async () => {
    port = await freePort();
    await start();
    const url = `redis://:${PASSWORD}@127.0.0.1:${port}`;
    admin = new Redis(url, { retryStrategy: () => 20 }).on('error', () => {});
    service = await startService({ cache: url, intervalMs: INTERVAL_MS });
  });
  afterAll(async () => {
    admin.disconnect();
    await service.stop();
    await server.stop();
  });

  /** How the fault is classed, how to break and how to undo it. */
  const faults: Record<string, [string, Fault['breakIt'], Fault['undo']]> = {
    'is frozen': ['timeout', () => signal('SIGSTOP'), () => signal('SIGCONT')],
    'was killed': ['refused', () => signal('SIGKILL'), start],
    'is not there': ['refused', () => server.stop(), start],
    'has another password': [
      'auth',
      () => set('requirepass', 'changed'),
      () => set('requirepass', PASSWORD),
    ],
    'is full of clients': [
      'exhausted',
      // The administrator and the application's own.
      () => set('maxclients', '2'),
      () => set('maxclients', '1000'),
    ],
    'is loading its data': [
      'loading',
      async () => {
        await ask('DEBUG', 'POPULATE', '2500', 'key', '100');
        await set('key-load-delay', '1000');
        await set('loading-process-events-interval-bytes', '1024');
        busy = ask('DEBUG', 'RELOAD');
      },
      async () => {
        await busy;
        await ask('FLUSHALL');
      },
    ],
    'is a read-only replica': [
      'readonly',
      () => ask('REPLICAOF', '127.0.0.1', '1'),
      () => ask('REPLICAOF', 'NO', 'ONE'),
    ],
    'has no memory left': ['exhausted', () => set('maxmemory', '1'), () => set('maxmemory', '0')],
    'has a blocked event loop': [
      'timeout',
      () => {
        busy = ask('DEBUG', 'SLEEP', '3');
      },
      () => busy,
    ],
  };

  it.each(Object.keys(faults))('%s', async (name) => {
    const [verdict, breakIt, undo] = faults[name] as (typeof faults)[string];
    await withstand(service, { verdicts: { cache: verdict }, breakIt, undo });
  });
});
