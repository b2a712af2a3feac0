import pg from 'pg';
import { inject } from 'vitest';

/** What a test has made and what ends it. */
export interface GivenBack {
  /** Steps that are taken after the test, the last first. */
  readonly after: (() => unknown)[];
  /** A pool of at most three connections to the shared server. */
  poolOf(options?: pg.PoolConfig): pg.Pool;
  /** A client that is not connected yet. */
  clientOf(options?: pg.ClientConfig): pg.Client;
}

/** Pools and clients for the tests of a file, which are ended after each test. */
export function givenBack(afterEach: (step: () => Promise<void>) => void): GivenBack {
  const { url } = inject('postgres');
  const after: (() => unknown)[] = [];
  afterEach(async () => {
    for (const step of after.splice(0).reverse()) await step();
  });
  return {
    after,
    poolOf(options = {}) {
      const pool = new pg.Pool({ connectionString: url, max: 3, ...options });
      pool.on('error', () => {});
      after.push(() => (pool.ended || pool.ending ? undefined : pool.end()));
      return pool;
    },
    clientOf(options = {}) {
      const client = new pg.Client({ connectionString: url, ...options });
      client.on('error', () => {});
      after.push(() => client.end());
      return client;
    },
  };
}
