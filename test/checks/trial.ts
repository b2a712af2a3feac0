import { expect } from 'vitest';
import { classifyFault } from '../../src/core/fault.js';
import type { Check, CheckResult, FaultClass, HealthStatus } from '../../src/model/check.js';

/** Milliseconds that a report may take, and what may come on top of them. */
const BUDGET_MS = 800;
const GRACE_MS = 50;

/** How a check ended. */
export interface Verdict {
  readonly status: HealthStatus;
  readonly class: FaultClass | undefined;
  readonly took: number;
  readonly details: Record<string, number>;
  readonly message: string | undefined;
}

/** Runs a check as a report does: under a signal that aborts when the budget is spent. */
export async function run(check: Check, budget = BUDGET_MS): Promise<Verdict> {
  const started = performance.now();
  let result: CheckResult;
  try {
    const given = await check(AbortSignal.timeout(budget));
    result =
      typeof given === 'object' ? given : { status: given === false ? 'unhealthy' : 'healthy' };
  } catch (error) {
    result = { status: 'unhealthy', class: classifyFault(error) };
  }
  return {
    status: result.status,
    class: result.class,
    took: performance.now() - started,
    details: (result.details ?? {}) as Record<string, number>,
    message: result.message,
  };
}

/** Runs checks at the same time; gives their classes, or their status where there is none, by name. */
export async function verdicts(checks: Readonly<Record<string, Check>>) {
  const all = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await run(check)] as const),
  );
  for (const [name, { took }] of all) {
    expect(took, `milliseconds of ${name}`).toBeLessThan(BUDGET_MS + GRACE_MS);
  }
  return Object.fromEntries(all.map(([name, one]) => [name, one.class ?? one.status]));
}

/** What `verdicts` gives when they all say the same. */
export function everyOne(checks: Readonly<Record<string, Check>>, verdict: string) {
  return Object.fromEntries(Object.keys(checks).map((name) => [name, verdict]));
}

/** Every check says `verdict` while it is broken, and is healthy in the next run after the undo. */
export async function under(
  verdict: string,
  checks: Readonly<Record<string, Check>>,
  breakIt: () => unknown,
  undo: () => unknown,
): Promise<void> {
  expect(await verdicts(checks)).toEqual(everyOne(checks, 'healthy'));
  await breakIt();
  const during = await verdicts(checks);
  await undo();
  expect(during).toEqual(everyOne(checks, verdict));
  expect(await verdicts(checks)).toEqual(everyOne(checks, 'healthy'));
}

/** Sockets that keep this process alive. */
export function heldSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}
