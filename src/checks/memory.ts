import { memoryLimit } from '../core/memory-limit.js';
import type { Check } from '../model/check.js';
import { TelltaleError } from '../model/errors.js';
import { judge, resolveThresholds, round, type Thresholds } from './threshold.js';

/** Options of {@link memory}. Thresholds are per cent of the limit. */
export interface MemoryCheckOptions extends Partial<Thresholds> {
  /**
   * Bytes that the process may use.
   *
   * @default the limit of its control group (container), otherwise the machine's memory
   */
  limit?: number;
}

const MIB = 1024 ** 2;

/**
 * How much of its memory limit the process uses: degraded from 85 %, unhealthy from 95 % unless
 * told otherwise. Details: `percent_used`, `rss_mb`, `limit_mb` (MiB).
 *
 * @throws TelltaleError when the thresholds are not 0 <= warn <= fail, or the limit is not positive.
 * @example
 * monitoring.health.register('memory', memory({ warn: 70, fail: 90 }), { critical: false });
 */
export function memory(options: MemoryCheckOptions = {}): Check {
  const thresholds = resolveThresholds('memory', options, { warn: 85, fail: 95 });
  const limit = options.limit ?? memoryLimit();
  if (!(limit > 0))
    throw new TelltaleError(
      'TELLTALE_INVALID_CHECK',
      `memory check: expected limit in bytes above 0, got ${limit}`,
    );
  return function checkMemory() {
    const rss = process.memoryUsage.rss();
    const percent = (100 * rss) / limit;
    const details = {
      percent_used: round(percent),
      rss_mb: round(rss / MIB),
      limit_mb: round(limit / MIB),
    };
    return judge(
      percent,
      thresholds,
      (figure, bound) => `${round(figure)} % of the memory limit is used (limit ${bound} %)`,
      details,
      'exhausted',
    );
  };
}
