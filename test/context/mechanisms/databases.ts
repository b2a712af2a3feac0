import { callingBack, type Mechanism } from '../mechanism.js';

const WATCH = '`instrumentation: [pg(…)]`';

/** Clients of databases. */
export const databases: readonly Mechanism[] = [
  {
    name: '`pg`, promises',
    verdict: 'kept',
    keeps: async (note, { barePool }) => {
      await barePool.query('SELECT 1');
      note();
    },
  },
  {
    name: '`pg`, callbacks of a pool',
    verdict: 'restored',
    advice: WATCH,
    loses: callingBack((done, { barePool }) => barePool.query('SELECT 1', done)),
    keeps: callingBack((done, { pool }) => pool.query('SELECT 1', done)),
  },
  {
    name: '`pg`, callbacks of `pool.connect`',
    verdict: 'restored',
    advice: WATCH,
    loses: callingBack((done, { barePool }) =>
      barePool.connect((_error, _client, release) => {
        release();
        done();
      }),
    ),
    keeps: callingBack((done, { pool }) =>
      pool.connect((_error, _client, release) => {
        release();
        done();
      }),
    ),
  },
  {
    name: '`pg`, callbacks of a client',
    verdict: 'restored',
    advice: WATCH,
    loses: callingBack((done, { bareClient }) => bareClient.query('SELECT 1', done)),
    keeps: callingBack((done, { client }) => client.query('SELECT 1', done)),
  },
  {
    name: '`ioredis`, promises',
    verdict: 'kept',
    needs: 'redis',
    keeps: async (note, { ioredis }) => {
      await ioredis.get('key');
      note();
    },
  },
  {
    name: '`ioredis`, callbacks',
    verdict: 'kept',
    needs: 'redis',
    keeps: callingBack((done, { ioredis }) => ioredis.get('key', done)),
  },
  {
    name: '`ioredis`, a pipeline',
    verdict: 'kept',
    needs: 'redis',
    keeps: (note, { ioredis }) =>
      new Promise<void>((resolve) => {
        ioredis
          .pipeline()
          .get('key', note)
          .set('other', '1')
          .exec(() => {
            note();
            resolve();
          });
      }),
  },
  {
    name: '`redis`, promises',
    verdict: 'kept',
    needs: 'redis',
    keeps: async (note, { nodeRedis }) => {
      await nodeRedis.ping();
      note();
    },
  },
];
