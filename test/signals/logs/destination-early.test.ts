import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createMonitoring } from '../../../src/index.js';
import { total } from '../../support/samples.js';
import { until } from '../../support/until.js';

const PROGRAM = fileURLToPath(new URL('programs/early.mjs', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'telltale-early-'));
afterAll(() => rmSync(folder, { recursive: true }));

function run(...values: string[]): string {
  const { stdout } = spawnSync(process.execPath, [PROGRAM, ...values], { timeout: 20_000 });
  return String(stdout);
}

function numbersIn(text: string): number[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).i);
}

describe('lines before the start', () => {
  const file = path.join(folder, 'early.log');

  it.each(['exit', 'throw', 'end'])('are written when the process ends by %s', (how) => {
    rmSync(file, { force: true });
    expect(numbersIn(run(how))).toEqual([0, 1, 2]);
    run(how, file);
    expect(numbersIn(readFileSync(file, 'utf8'))).toEqual([0, 1, 2]);
    expect(numbersIn(run(how, 'stream'))).toEqual([0, 1, 2]);
    expect(run(how, 'terminal').match(/cannot start/g)).toHaveLength(3);
  });

  it('leave nothing behind at the process once it has ended otherwise', async () => {
    const listeners = process.listenerCount('exit');
    const monitoring = createMonitoring({ logs: { destination: file } });
    expect(process.listenerCount('exit')).toBe(listeners);
    monitoring.logger.info('line');
    expect(process.listenerCount('exit')).toBe(listeners + 1);
    await monitoring.shutdown();
    expect(process.listenerCount('exit')).toBe(listeners);
  });
});

describe('the first fault of the logs', () => {
  it('is a warning of the process, since it can be no line', async () => {
    const warnings: Error[] = [];
    const listener = (warning: Error) => warnings.push(warning);
    process.on('warning', listener);
    onTestFinished(() => void process.off('warning', listener));
    const blocked = path.join(folder, 'blocked');
    writeFileSync(blocked, 'a file where the folder should be');
    const monitoring = createMonitoring({ logs: { destination: path.join(blocked, 'a.log') } });
    monitoring.logger.info('line');
    const faults = async () => total(await monitoring.metrics.text(), 'telltale_faults_total');
    await until(async () => (await faults()) > 1, 'it is tried more than once');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.name).toBe('TelltaleWarning');
    expect(warnings[0]?.message).toMatch(/^logs failed; the service goes on: E\w+:.*blocked/);
    await monitoring.shutdown();
  });
});
