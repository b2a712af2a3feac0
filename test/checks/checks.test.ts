import { statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { disk } from '../../src/checks/disk.js';
import { eventLoop } from '../../src/checks/event-loop.js';
import { memory } from '../../src/checks/memory.js';
import type { Check, CheckResult } from '../../src/index.js';

async function run(check: Check): Promise<CheckResult & { details: Record<string, number> }> {
  return (await check(new AbortController().signal)) as never;
}

describe('disk', () => {
  it('measures the file system of a path', async () => {
    const { bsize, blocks } = await statfs('/');
    const { status, details } = await run(disk({ path: '/', warn: 99.9, fail: 100 }));
    expect(status).toBe('healthy');
    expect(details.total_gb).toBeCloseTo((bsize * blocks) / 1024 ** 3, 0);
    expect(details.percent_used).toBeGreaterThan(0);
    expect(details.free_gb).toBeLessThan(details.total_gb ?? 0);
  });

  it('judges by its thresholds', async () => {
    expect((await run(disk({ warn: 0, fail: 100 }))).status).toBe('degraded');
    const failing = await run(disk({ warn: 0, fail: 0 }));
    expect(failing.status).toBe('unhealthy');
    expect(failing.message).toMatch(/^[\d.]+ % of the disk is used \(limit 0 %\)$/);
    expect(() => disk({ warn: 90, fail: 80 })).toThrow('disk check: expected 0 <= warn <= fail');
    expect(() => disk({ fail: 50 })).not.toThrow();
  });

  it('rejects for a path that is not there', async () => {
    await expect(run(disk({ path: '/no/such/path' }))).rejects.toThrow('ENOENT');
  });
});

describe('memory', () => {
  it('compares the process with its limit', async () => {
    const rss = process.memoryUsage.rss();
    const half = await run(memory({ limit: rss * 2, warn: 10, fail: 90 }));
    expect(half.status).toBe('degraded');
    expect(half.details.percent_used).toBeGreaterThan(40);
    expect((await run(memory({ limit: rss / 2 }))).status).toBe('unhealthy');
    expect((await run(memory())).details.limit_mb).toBeGreaterThan(100);
    expect(() => memory({ limit: 0 })).toThrow('limit in bytes above 0');
  });
});

describe('eventLoop', () => {
  it('notices a loop that is blocked, and that it no longer is', async () => {
    const check = eventLoop({ warn: 50, fail: 150 });
    expect((await run(check)).status).toBe('healthy');
    await sleep(60);
    const end = performance.now() + 300;
    while (performance.now() < end);
    await sleep(60);
    const blocked = await run(check);
    expect(blocked.status).toBe('unhealthy');
    expect(blocked.details.delay_max_ms).toBeGreaterThan(150);
    await sleep(100);
    expect((await run(check)).status).toBe('healthy');
  });

  it('measures nothing once it is closed, until it is run again', async () => {
    const check = eventLoop();
    await run(check);
    await check.close?.();
    const end = performance.now() + 200;
    while (performance.now() < end);
    await sleep(60);
    expect((await run(check)).details.delay_max_ms).toBe(0);
    await check.close?.();
  });
});
