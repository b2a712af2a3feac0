import type { OwnConnection } from './connection.js';
import {
  type IORedisLike,
  type IORedisOptions,
  ioredisConnection,
  isIORedis,
} from './ioredis-connection.js';
import {
  type NodeRedisLike,
  type NodeRedisOptions,
  nodeRedisConnection,
} from './node-redis-connection.js';

/** A command of Redis, word by word. */
export type Command = readonly [string, ...string[]];

type Connect = () => OwnConnection<unknown> | Promise<OwnConnection<unknown>>;

/** Works out how to make connections that ask by `command`: for a URL with the package there is. */
export function buildConnect(
  source: string | IORedisLike | NodeRedisLike,
  command: Command,
): Connect {
  if (typeof source !== 'string') {
    return isIORedis(source)
      ? () => ioredisConnection((overrides) => source.duplicate(overrides), command)
      : () => nodeRedisConnection(source.options, (own) => source.duplicate(own), command);
  }
  return async function connectByUrl() {
    const ioredis = await import('ioredis').catch(unlessMissing);
    if (ioredis !== undefined) {
      const create = (own: IORedisOptions) => new ioredis.Redis(source, own) as IORedisLike;
      return ioredisConnection(create, command);
    }
    const nodeRedis = await import('redis').catch(unlessMissing);
    if (nodeRedis === undefined) {
      throw new Error('the redis check needs the package ioredis or the package redis for a URL');
    }
    const create = (own: NodeRedisOptions) =>
      nodeRedis.createClient({ ...own, url: source }) as unknown as NodeRedisLike;
    return nodeRedisConnection(undefined, create, command);
  };
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND') return undefined;
  throw error;
}
