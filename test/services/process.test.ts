import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startProcess } from './process.js';

/** False for a zombie, too: whether its new parent asks how it ended is not our affair. */
function isRunning(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

describe('startProcess', () => {
  test('tells what a process printed that ended too early', async () => {
    const args = ['-c', 'echo no such luck >&2; exit 3'];
    const start = startProcess({ command: '/bin/sh', args, ready: () => false });
    await expect(start).rejects.toThrow('/bin/sh ended before it was ready. It printed:\nno such');
  });

  test('stops a process that is not ready in time', async () => {
    let printed = '';
    const start = startProcess({
      command: '/bin/sh',
      args: ['-c', 'echo $$; exec sleep 60'],
      ready: (output) => {
        printed = output;
        return false;
      },
      readyTimeoutMs: 100,
    });
    await expect(start).rejects.toThrow('is not ready in time');
    expect(isRunning(Number(printed))).toBe(false);
  });

  test('rejects when there is no such program', async () => {
    const start = startProcess({ command: '/no/such/program', args: [], ready: () => true });
    await expect(start).rejects.toThrow('ENOENT');
  });

  test('kills a process that ignores SIGTERM, and only once', async () => {
    const stubborn = await startProcess({
      command: '/bin/sh',
      args: ['-c', 'trap "" TERM; echo up; while :; do sleep 0.05; done'],
      ready: (output) => output.includes('up'),
      killAfterMs: 50,
    });
    await Promise.all([stubborn.stop(), stubborn.stop()]);
    expect(isRunning(stubborn.pid)).toBe(false);
  });

  test('stops a process that a test has frozen', async () => {
    const frozen = await startProcess({
      command: '/bin/sleep',
      args: ['60'],
      ready: () => true,
      killAfterMs: 60_000,
    });
    process.kill(frozen.pid, 'SIGSTOP');
    await frozen.stop();
    expect(isRunning(frozen.pid)).toBe(false);
  });
});

/** Compiles this folder, since plain Node 20 cannot run TypeScript, and puts scripts beside it. */
async function scriptFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'telltale-scripts-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const repository = fileURLToPath(new URL('../..', import.meta.url));
  const source = path.join(repository, 'test/services/directory.ts');
  const like = ['--ignoreConfig', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
  const compiler = path.join(repository, 'node_modules/.bin/tsc');
  await promisify(execFile)(compiler, [...like, '--noCheck', '--outDir', folder, source], {
    cwd: repository,
  });
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
  return folder;
}

const ways = {
  'is killed': 'process.kill(process.pid, "SIGKILL")',
  'gets a signal': 'process.kill(process.pid, "SIGTERM")',
  throws: 'throw new Error("on purpose")',
  exits: 'process.exit(7)',
  'forgets to stop it': '',
};

test('a service does not outlive a process that dies, in whatever way', async () => {
  const folder = await scriptFolder();
  for (const [way, code] of Object.entries(ways)) {
    const script = path.join(folder, 'script.js');
    await writeFile(
      script,
      `import { startInDirectory } from './directory.js';
      import { startProcess } from './process.js';
      let folder;
      const service = await startInDirectory('test', (directory) => {
        folder = directory;
        return startProcess({ command: '/bin/sleep', args: ['60'], ready: () => true });
      });
      process.stdout.write(JSON.stringify({ pid: service.pid, folder }), () => { ${code} });`,
    );
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [printed] = await Promise.all([text(child.stdout), once(child, 'close')]);
    const left = JSON.parse(printed) as { pid: number; folder: string };
    await vi.waitFor(() => {
      expect(isRunning(left.pid), `process, when its parent ${way}`).toBe(false);
      expect(existsSync(left.folder), `folder, when its parent ${way}`).toBe(false);
    }, 5_000);
  }
}, 30_000);
