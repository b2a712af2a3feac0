import { execFile } from 'node:child_process';
import { chmod, chown, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { startInDirectory } from './directory.js';
import { postgresBinaries } from './postgres-binaries.js';
import { freePort, startProcess } from './process.js';

const run = promisify(execFile);

/** How to start PostgreSQL; everything may be left out. */
export interface PostgresOptions {
  /** To come back where a stopped server was. @default a free port */
  readonly port?: number;
  /** Further settings, such as `['max_connections=5']`. */
  readonly settings?: readonly string[];
}

/** A PostgreSQL server of one's own, with an empty database. */
export interface PostgresService {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** The postmaster's. */
  readonly pid: number;
  /** Shuts it down, cutting the connections that are still open, and removes its data. */
  stop(): Promise<void>;
}

// As good as any for a throw-away server, and as fast as it gets.
const settings = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'shared_buffers=16MB',
];

/** Whom to run the server as: PostgreSQL refuses to be run by root. */
async function serverUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = await Promise.all([run('id', ['-u', 'nobody']), run('id', ['-g', 'nobody'])]);
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

/**
 * Starts PostgreSQL, real binaries from npm, on a free port with a new data folder. Both are gone
 * after `stop`, and also when this process dies without it.
 *
 * @throws Error with the server's own words when it does not start
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresService> {
  const host = '127.0.0.1';
  const user = 'telltale';
  const password = 'telltale';
  const database = 'postgres';
  const port = options.port ?? (await freePort());
  const chosen = [...settings, ...(options.settings ?? [])].flatMap((setting) => ['-c', setting]);
  const server = await startInDirectory('postgres', async (directory) => {
    const owner = await serverUser();
    const data = path.join(directory, 'data');
    const passwordFile = path.join(directory, 'password');
    await writeFile(passwordFile, password);
    await chmod(directory, 0o755);
    if (owner !== undefined) await chown(directory, owner.uid, owner.gid);
    const binaries = await postgresBinaries(owner, directory);

    const initdb = ['-D', data, '-U', user, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    const plain = ['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'];
    await run(path.join(binaries, 'initdb'), [...initdb, ...plain], owner);

    return startProcess({
      command: path.join(binaries, 'postgres'),
      args: ['-D', data, '-p', String(port), ...chosen],
      ...(owner && { user: owner }),
      ready: (output) => output.includes('ready to accept connections'),
      // SIGTERM would wait until every client has disconnected.
      stopSignal: 'SIGINT',
    });
  });
  const url = `postgres://${user}:${password}@${host}:${port}/${database}`;
  return { url, host, port, user, password, database, ...server };
}
