import type { TestProject } from 'vitest/node';
import { type PostgresService, startPostgres } from './postgres.js';
import { type RedisService, startRedis } from './redis.js';

declare module 'vitest' {
  /** What tests get from `inject`. */
  interface ProvidedContext {
    postgres: Omit<PostgresService, 'stop'>;
    /** null where redis-server is not installed. */
    redis: Omit<RedisService, 'stop'> | null;
  }
}

/** What can be handed to the processes that run the tests. */
function plainFields<Service extends { stop: unknown }>(service: Service): Omit<Service, 'stop'> {
  const { stop, ...fields } = service;
  return fields;
}

/**
 * Starts the services that all test files share, before the first of them runs.
 *
 * @returns what stops them after the last
 * @throws Error when one of them does not start; the other is stopped by then
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const starting = [startPostgres(), startRedis()] as const;

  async function teardown(): Promise<void> {
    const starts = await Promise.allSettled(starting);
    await Promise.all(starts.map((start) => start.status === 'fulfilled' && start.value?.stop()));
  }

  try {
    const [postgres, redis] = await Promise.all(starting);
    project.provide('postgres', plainFields(postgres));
    project.provide('redis', redis ? plainFields(redis) : null);
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}
