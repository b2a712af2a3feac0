import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import path from 'node:path';

/** Mounts a disk of 256 kB below a folder; undefined where that is not allowed. */
export function mountSmall(folder: string): string | undefined {
  const place = mkdtempSync(path.join(folder, 'small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', place], { stdio: 'ignore' });
    return place;
  } catch {
    return undefined;
  }
}
