import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `check` is true; throws when it still is not after a while. */
export async function until(
  check: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 5000,
): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs;
  while (!(await check())) {
    if (performance.now() > giveUpAt) throw new Error(`waited in vain until ${what}`);
    await sleep(10);
  }
}
