import { Redis } from 'ioredis';

const KEEP_SECONDS = 60;

/** Keeps what was loaded in Redis. Without Redis everything is loaded every time. */
export async function openCache(socket, monitoring, opened) {
  if (socket === undefined) return (_key, load) => load();

  const client = new Redis({
    path: socket,
    lazyConnect: true,
    enableOfflineQueue: false,
    commandTimeout: 200,
  });
  client.on('error', () => {});
  opened.add(() => client.disconnect());
  await client.connect();
  const lookups = monitoring.metrics.counter({
    name: 'cache_lookups_total',
    help: 'Look-ups in Redis; error is a Redis that did not answer',
    labelNames: ['result'],
  });
  // The shop works without its cache, only slower: it is degraded then, and stays in traffic.
  const checkRedis = async () => (await client.ping()) === 'PONG';
  monitoring.health.register('redis', checkRedis, { critical: false, timeout: 300 });

  async function lookUp(key) {
    try {
      const found = await client.get(key);
      lookups.inc({ result: found === null ? 'miss' : 'hit' });
      return found;
    } catch {
      lookups.inc({ result: 'error' });
      return null;
    }
  }

  return async function cached(key, load) {
    const found = await lookUp(key);
    if (found !== null) return JSON.parse(found);
    const value = await load();
    const text = JSON.stringify(value);
    if (text !== undefined) await client.set(key, text, 'EX', KEEP_SECONDS).catch(() => {});
    return value;
  };
}
