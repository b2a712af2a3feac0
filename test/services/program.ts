import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const extracted = fileURLToPath(
  new URL('../../node_modules/.cache/telltale-services/bin', import.meta.url),
);

/** Finds a program on PATH, else where `install.sh` puts what is not there. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder);
  return [...folders, extracted].map((folder) => path.join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
