import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { type Child, startChild } from './child.mjs';
import { drive } from './measure.mjs';
import { finishSubject, startSubject } from './subject.mjs';

const dir = mkdtempSync(path.join(tmpdir(), 'telltale-honest-'));
const least = { name: 'least', wiring: 'least', metrics: true, logs: true, ratio: 1 };
const count = 600;
let load: Child;
let sink: Child;

beforeAll(async () => {
  load = await startChild(1, './load.mjs');
  sink = await startChild(1, './sink.mjs');
});

afterAll(async () => {
  await load.stop();
  await sink.stop();
  rmSync(dir, { recursive: true });
});

async function measure(variant: object, recordedFewer = 0) {
  const subject = await startSubject({ framework: 'node', variant, dir, sink });
  await drive(subject, load, { connections: 4, count });
  subject.requests += recordedFewer;
  return (await finishSubject(subject, sink)).faults;
}

describe('what a variant has recorded', () => {
  it('is counted where it arrives', async () => {
    expect(await measure(least)).toEqual([]);
  });

  it('is found out when a single request is missing, in each signal', async () => {
    const faults = await measure(least, 1);
    expect(faults.join('\n')).toMatch(/_count is 600, of 601 requests/);
    expect(faults.join('\n')).toMatch(/600 log lines, of 601/);
    expect(faults.join('\n')).toMatch(/600 server spans at ratio 1, of 601/);
  });

  it('is found out when nothing is recorded at all', async () => {
    const faults = await measure({ ...least, wiring: 'bare' });
    expect(faults).toHaveLength(3);
  });
});

describe('a child', () => {
  it('that hangs fails the question, and is ended', async () => {
    const rpc = new URL('./rpc.mjs', import.meta.url).href;
    const script = path.join(dir, 'hangs.mjs');
    writeFileSync(
      script,
      `import { answer } from '${rpc}'; answer({ pid: () => process.pid, hang() { for (;;); } });`,
    );
    const child = await startChild(0, `file://${script}`);
    const pid = (await child.ask('pid')) as number;
    await expect(child.ask('hang', undefined, 300)).rejects.toThrow('no answer to hang');
    await child.stop();
    expect(isAlive(pid)).toBe(false);
  });
});

describe('a run', () => {
  it('that takes too long ends with an error, and so do all of its processes', async () => {
    const run = start('--only', 'handles', '--minutes', '0.03');
    await once(run, 'exit');
    expect(run.exitCode).toBe(1);
    expect(run.said()).toMatch('stopped: not done after 0.03 minutes');
    await until(() => !isAlive(-(run.pid ?? 0)), 'no process of the run is left');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('leaves no process after %s', async (signal) => {
    const run = start('--only', 'requests', '--framework', 'node', '--variants', 'telltale-all-10');
    await until(() => run.said().includes('warmed'), 'the servers are warm', 20_000);
    run.kill(signal);
    await once(run, 'exit');
    expect(run.said()).toMatch(`stopped: ${signal}`);
    await until(() => !isAlive(-(run.pid ?? 0)), 'no process of the run is left');
  });
});

/** A run as leader of a group, of which its children are members. */
function start(...args: string[]): ChildProcess & { said(): string } {
  const script = path.join(import.meta.dirname, 'run.mjs');
  const run = spawn(process.execPath, [script, ...args], { detached: true, cwd: dir });
  let said = '';
  run.stderr.on('data', (chunk) => {
    said += chunk;
  });
  return Object.assign(run, { said: () => said });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
