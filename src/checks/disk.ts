import { statfs } from 'node:fs/promises';
import type { Check } from '../model/check.js';
import { judge, resolveThresholds, round, type Thresholds } from './threshold.js';

/** Options of {@link disk}. Thresholds are per cent of the file system in use. */
export interface DiskCheckOptions extends Partial<Thresholds> {
  /**
   * A path on the file system to look at.
   *
   * @default the working directory
   */
  path?: string;
}

const GIB = 1024 ** 3;

/**
 * How full a file system is: degraded from 85 %, unhealthy from 95 % unless told otherwise. Full
 * counts as `df` counts, by what an ordinary user can still write. Details: `percent_used`,
 * `free_gb`, `total_gb` (GiB).
 *
 * @throws TelltaleError when the thresholds are not 0 <= warn <= fail.
 * @example
 * monitoring.health.register('uploads', disk({ path: '/srv/uploads', fail: 90 }));
 */
export function disk(options: DiskCheckOptions = {}): Check {
  const path = options.path ?? process.cwd();
  const thresholds = resolveThresholds('disk', options, { warn: 85, fail: 95 });
  return async function checkDisk() {
    const { bsize, blocks, bfree, bavail } = await statfs(path);
    const used = blocks - bfree;
    const percent = used + bavail === 0 ? 0 : (100 * used) / (used + bavail);
    const details = {
      percent_used: round(percent),
      free_gb: round((bavail * bsize) / GIB),
      total_gb: round((blocks * bsize) / GIB),
    };
    return judge(
      percent,
      thresholds,
      (figure, bound) => `${round(figure)} % of the disk is used (limit ${bound} %)`,
      details,
      'exhausted',
    );
  };
}
