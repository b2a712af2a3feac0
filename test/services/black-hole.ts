import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from './redis.js';

/** A port where nothing ever answers. */
export interface BlackHole {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** A server that accepts connections, counts them, and never says a word. */
export interface MuteServer extends BlackHole {
  /** Connections ever accepted. */
  readonly accepted: number;
  /** Connections that are open. */
  readonly open: number;
}

/** A port that can be made to answer, and to fall silent again. */
export interface FrozenPort extends BlackHole {
  /** Lets it answer, as the Redis that it is. */
  thaw(): void;
  freeze(): Promise<void>;
}

const QUEUE = 1;

/**
 * A port that does not even accept connections: its process is frozen, and the queue where the
 * system accepts them in its stead is full.
 */
export async function startBlackHole(): Promise<FrozenPort> {
  const started = await startRedis({ args: ['--tcp-backlog', String(QUEUE)] });
  if (started === undefined) throw new Error('There is no redis-server to freeze');
  const frozen = started;
  const { host, port } = frozen;
  const fillers: Socket[] = [];

  async function freeze(): Promise<void> {
    process.kill(frozen.pid, 'SIGSTOP');
    let full = false;
    while (!full) {
      const filler = connect({ host, port }).on('error', () => {});
      fillers.push(filler);
      full = await Promise.race([once(filler, 'connect').then(() => false), sleep(100, true)]);
    }
  }
  function thaw(): void {
    for (const filler of fillers.splice(0)) filler.destroy();
    process.kill(frozen.pid, 'SIGCONT');
  }
  await freeze();
  return {
    host,
    port,
    freeze,
    thaw,
    async stop() {
      for (const filler of fillers) filler.destroy();
      await frozen.stop();
    },
  };
}

/** Starts a server that is open for connections and for nothing else. */
export async function startMuteServer(): Promise<MuteServer> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer((socket) => {
    accepted++;
    sockets.add(socket);
    // What comes is read, so that the end of it is noticed.
    socket
      .on('error', () => {})
      .on('close', () => sockets.delete(socket))
      .resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given');
  return {
    host: '127.0.0.1',
    port: address.port,
    get accepted() {
      return accepted;
    },
    get open() {
      return sockets.size;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
