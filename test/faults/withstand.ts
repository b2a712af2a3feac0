import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { until } from '../support/until.js';
import {
  CACHE_MS,
  type FaultyService,
  INTERVAL_MS,
  type ProbeAnswer,
  type ProbePath,
} from './service.js';

/** Milliseconds that a report may take, and what may come on top of them. */
const BUDGET_MS = 800;
const GRACE_MS = 50;
/** How much slower than just now this machine may be. */
const SLOWER = 10;
const WATCH_MS = 25;
const ROUNDS = 2;
const PROBES: readonly ProbePath[] = [
  '/health',
  '/health/live',
  '/health/ready',
  '/health/startup',
];

/** What happens to a service. */
export interface Fault {
  /** What its checks say meanwhile. Those that are not named are healthy. */
  readonly verdicts: Readonly<Record<string, string>>;
  breakIt(): unknown;
  undo(): unknown;
}

/**
 * Breaks what a service depends on, and undoes it again. Meanwhile every check says what it must,
 * whether it is asked or runs in the background, every probe is answered within its budget, and the
 * service is alive; one interval after the undo all is well.
 */
export async function withstand(service: FaultyService, fault: Fault): Promise<void> {
  const well = await wellVerdicts(service);
  const ill = { ...well, ...bothKinds(fault.verdicts) };
  const slack = await measureSlack(service);
  const watch = watchLiveness(service);
  const seen: ProbeAnswer[] = [];
  let recovery: number;
  let alive: readonly ProbeAnswer[];
  try {
    try {
      await fault.breakIt();
      await untilReadySays(service, ill, seen);
      for (let i = 0; i < ROUNDS; i++) {
        await sleep(CACHE_MS);
        seen.push(...(await probeAll(service)));
      }
    } finally {
      await fault.undo();
    }
    const undoneAt = performance.now();
    await untilReadySays(service, well, []);
    recovery = performance.now() - undoneAt;
  } finally {
    alive = await watch.stop();
  }

  // Other tests may have taken the machine meanwhile; liveness waits for nothing but it.
  const machine = Math.max(slack.answer, SLOWER * middle(alive.map(({ took }) => took)));
  const within = BUDGET_MS + GRACE_MS + machine;
  for (const { path, took } of seen) expect(took, `ms of ${path}`).toBeLessThan(within);
  for (const { path, status, verdicts } of seen.slice(-ROUNDS * PROBES.length)) {
    const isAsked = path === '/health' || path === '/health/ready';
    expect([path, status]).toEqual([path, isAsked ? 503 : 200]);
    if (isAsked) expect(verdicts).toEqual(ill);
  }
  expect(recovery, 'ms until all is well').toBeLessThan(
    INTERVAL_MS + GRACE_MS + Math.max(slack.report, machine),
  );
  expect(new Set(alive.map(({ status }) => status))).toEqual(new Set([200]));
  expect(Math.max(...alive.map(({ took }) => took)), 'ms of liveness').toBeLessThan(within);
}

function middle(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;
}

/** All checks, when all is well. */
async function wellVerdicts(service: FaultyService): Promise<Record<string, string>> {
  let verdicts: Readonly<Record<string, string>> = {};
  await until(async () => {
    const ready = await service.probe('/health/ready');
    ({ verdicts } = ready);
    return ready.status === 200;
  }, 'all is well to begin with');
  return Object.fromEntries(Object.keys(verdicts).map((name) => [name, 'healthy']));
}

function bothKinds(verdicts: Fault['verdicts']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(verdicts).flatMap(([name, verdict]) => [
      [name, verdict],
      [`background:${name}`, verdict],
    ]),
  );
}

/** Milliseconds to allow for this machine: for an answer, and for one that runs checks. */
async function measureSlack(service: FaultyService): Promise<{ answer: number; report: number }> {
  const answers = [await service.probe('/health/live'), await service.probe('/health/live')];
  await sleep(CACHE_MS);
  const { took } = await service.probe('/health/ready');
  return { answer: SLOWER * Math.max(...answers.map((one) => one.took)), report: SLOWER * took };
}

async function untilReadySays(
  service: FaultyService,
  verdicts: Readonly<Record<string, string>>,
  seen: ProbeAnswer[],
): Promise<void> {
  let last = '';
  const saysSo = async () => {
    const answer = await service.probe('/health/ready');
    seen.push(answer);
    last = JSON.stringify(answer.verdicts);
    return Object.entries(verdicts).every(([name, one]) => answer.verdicts[name] === one);
  };
  await until(saysSo, `readiness says ${JSON.stringify(verdicts)}`).catch((error: Error) => {
    throw new Error(`${error.message}; it said ${last}`);
  });
}

function probeAll(service: FaultyService): Promise<ProbeAnswer[]> {
  return Promise.all(PROBES.map((path) => service.probe(path)));
}

/** Asks for liveness again and again. */
function watchLiveness(service: FaultyService): { stop(): Promise<ProbeAnswer[]> } {
  let stopped = false;
  async function watch(): Promise<ProbeAnswer[]> {
    const answers: ProbeAnswer[] = [];
    while (!stopped) {
      answers.push(await service.probe('/health/live'));
      await sleep(WATCH_MS);
    }
    return answers;
  }
  const watching = watch();
  return {
    stop() {
      stopped = true;
      return watching;
    },
  };
}
