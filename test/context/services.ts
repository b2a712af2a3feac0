import { EventEmitter } from 'node:events';
import { Agent, createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createNetServer, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { Redis } from 'ioredis';
import pg from 'pg';
import { createClient } from 'redis';
import { Pool as UndiciPool } from 'undici';

/** What mechanisms go through; all of it is shared by all requests. */
export interface Services {
  /** Watched by the instrumentation. */
  readonly pool: pg.Pool;
  readonly client: pg.Client;
  /** Not watched. */
  readonly barePool: pg.Pool;
  readonly bareClient: pg.Client;
  readonly ioredis: Redis;
  readonly nodeRedis: { ping(): Promise<unknown> };
  /** Base URL of a server that answers. */
  readonly url: string;
  readonly agent: Agent;
  readonly undici: UndiciPool;
  /** A connection on which each line is answered by the same line. */
  readonly line: Socket;
  /** Answers each message by the same one. */
  readonly worker: Worker;
  readonly emitter: EventEmitter;
  stop(): Promise<void>;
}

const CONNECTIONS = 8;

/** Starts and opens everything, outside of any request. */
export async function startServices(postgres: string, redis: string | null): Promise<Services> {
  const answering = createServer((_request, response) => response.end('hello'));
  const repeating = createNetServer((socket) => socket.pipe(socket));
  const url = `http://127.0.0.1:${await listening(answering)}`;
  const line = connect(await listening(repeating), '127.0.0.1');
  line.setMaxListeners(0);
  const worker = new Worker(
    "const { parentPort } = require('node:worker_threads'); parentPort.on('message', (m) => parentPort.postMessage(m));",
    { eval: true },
  );
  worker.setMaxListeners(0);
  const pools = [0, 1].map(() => new pg.Pool({ connectionString: postgres, max: CONNECTIONS }));
  const clients = [0, 1].map(() => new pg.Client({ connectionString: postgres }));
  for (const client of clients) await client.connect();
  const ioredis = new Redis(redis ?? '', { lazyConnect: true });
  const nodeRedis = createClient({ url: redis ?? '' });
  if (redis !== null) await Promise.all([ioredis.connect(), nodeRedis.connect()]);
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const undici = new UndiciPool(url, { connections: CONNECTIONS });
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  const [pool, barePool] = pools as [pg.Pool, pg.Pool];
  const [client, bareClient] = clients as [pg.Client, pg.Client];
  return {
    ...{ pool, barePool, client, bareClient, ioredis, nodeRedis },
    ...{ url, agent, undici, line, worker, emitter },
    async stop() {
      agent.destroy();
      line.destroy();
      ioredis.disconnect();
      if (redis !== null) nodeRedis.destroy();
      repeating.close();
      answering.close();
      answering.closeAllConnections();
      const ends = [...pools, ...clients].map((one) => one.end());
      await Promise.all([...ends, undici.destroy(), worker.terminate()]);
    },
  };
}

function listening(server: Server | ReturnType<typeof createNetServer>): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
