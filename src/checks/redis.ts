import { flag, text } from '../core/rules.js';
import { type ClosableCheck, createAsking } from './connection.js';
import { type IORedisLike, isIORedis } from './ioredis-connection.js';
import { createLatencyJudge, type LatencyThresholds, latencyRules } from './latency.js';
import { isNodeRedis, type NodeRedisLike } from './node-redis-connection.js';
import { milliseconds, refuse, refuseInvalid, shown } from './options.js';
import { buildConnect, type Command } from './redis-client.js';

export type { ClosableCheck } from './connection.js';
export type { IORedisLike } from './ioredis-connection.js';
export type { NodeRedisLike } from './node-redis-connection.js';

/** Options of {@link redis}. */
export interface RedisCheckOptions extends LatencyThresholds {
  /**
   * Whether to write a key, rather than PING: a replica, a server without memory and one that cannot
   * save answer PING as if nothing were wrong.
   *
   * @default false
   */
  write?: boolean;
  /**
   * The key to write. It expires after ten seconds, and a client's `keyPrefix` does not count.
   *
   * @default 'telltale:health'
   */
  key?: string;
  /**
   * Milliseconds for which the connection is used again. With 0 every run opens one of its own, and
   * so sees what an open connection does not: a changed password, a server that is full of clients
   * or that no longer accepts anybody.
   *
   * @default 0
   */
  keepFor?: number;
}

/** Where Redis is. */
export type RedisSource = string | IORedisLike | NodeRedisLike;

const KEY = 'telltale:health';
const KEY_MS = '10000';

/**
 * Whether Redis answers PING, or takes a write, over a connection of the check's own: a client is
 * only duplicated, without its offline queue and its retries, so that the check neither waits behind
 * the application nor for a server that is not there. Details: `latency_ms`, from opening the
 * connection to the answer.
 *
 * @param source A client of ioredis or of node-redis 4 and later, or a URL, for which one of the two
 *   packages must be installed. Of a cluster, one check a node.
 * @throws TelltaleError when the source or an option cannot be meant.
 * @example
 * monitoring.health.register('cache', redis(client, { write: true }), { critical: false });
 */
export function redis(source: RedisSource, options: RedisCheckOptions = {}): ClosableCheck {
  refuseInvalid('redis', options, {
    write: flag,
    key: text,
    keepFor: milliseconds,
    ...latencyRules,
  });
  refuseUnknownSource(source);
  const judge = createLatencyJudge('redis', options);
  const command: Command = options.write
    ? ['SET', options.key ?? KEY, '1', 'PX', KEY_MS]
    : ['PING'];
  const connections = createAsking(buildConnect(source, command), options.keepFor ?? 0);

  async function checkRedis(signal: AbortSignal) {
    const started = performance.now();
    await connections.ask(signal);
    return judge(started);
  }
  return Object.assign(checkRedis, {
    close: connections.close,
    componentType: 'datastore' as const,
  });
}

function refuseUnknownSource(source: unknown): void {
  const known =
    typeof source === 'string'
      ? /^(?:rediss?|unix):\/\//.test(source)
      : isIORedis(source) || isNodeRedis(source);
  if (known) return;
  const expected =
    'expected a client of ioredis or node-redis, or a URL such as "redis://host:6379"';
  refuse('redis', `${expected}, got ${shown(source)}`);
}
