import { startInDirectory } from './directory.js';
import { freePort, startProcess } from './process.js';
import { findProgram } from './program.js';

/** How to start Redis; everything may be left out. */
export interface RedisOptions {
  /** To come back where a stopped server was. @default a free port */
  readonly port?: number;
  /** Further arguments of redis-server, such as `['--requirepass', 'secret']`. */
  readonly args?: readonly string[];
}

/** A Redis server of one's own, empty, and without persistence. */
export interface RedisService {
  /** `redis://host:port` */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** The path of redis-server, on PATH or where `install.sh` puts it. */
export function findRedis(): string | undefined {
  return findProgram('redis-server');
}

/**
 * Starts Redis on 127.0.0.1.
 *
 * @returns undefined when there is no redis-server on this machine: `install.sh` fetches it
 * @throws Error with the server's own words when it does not start
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisService | undefined> {
  const command = findRedis();
  if (command === undefined) return undefined;
  const host = '127.0.0.1';
  const port = options.port ?? (await freePort());
  const server = await startInDirectory('redis', (directory) => {
    const place = ['--bind', host, '--port', String(port), '--dir', directory];
    return startProcess({
      command,
      args: [...place, '--save', '', '--appendonly', 'no', ...(options.args ?? [])],
      ready: (output) => output.includes('Ready to accept connections'),
    });
  });
  return { url: `redis://${host}:${port}`, host, port, ...server };
}
