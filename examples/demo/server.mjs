import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { guard } from './guard.mjs';

// PostgreSQL and Redis say it in the same words.
const READY = /ready to accept connections/i;
const READY_MS = 15_000;
const STOP_MS = 3_000;

/**
 * Runs a server program in a temporary folder of its own; `prepare(directory)` says what to run.
 * Server and folder are gone after `stop`, when the server does not start, and when the demo is
 * killed. Rejects with what the server printed.
 */
export async function startServer(name, { prepare, stopSignal }, signal) {
  const directory = await mkdtemp(path.join(tmpdir(), `telltale-demo-${name}-`));
  const guarded = guard(directory, stopSignal);
  let child;

  async function stop() {
    if (child?.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      const deadline = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      child.kill(stopSignal);
      await ended;
      clearTimeout(deadline);
    }
    await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    guarded.done();
  }

  try {
    const { command, args, ...options } = await prepare(directory);
    signal.throwIfAborted();
    // Detached: Ctrl-C in a terminal is meant for the demo, which stops its servers last.
    child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    guarded.watch(child.pid);
    child.once('exit', () => guarded.watch(undefined));
    await untilReady(child, signal);
    return { directory, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilReady(child, signal) {
  const streams = [child.stdout, child.stderr];
  let output = '';
  let deadline;
  await new Promise((resolve, reject) => {
    const fail = () => reject(new Error(`${child.spawnfile} did not start:\n${output}`));
    child.once('error', reject);
    child.once('exit', fail);
    signal.addEventListener('abort', fail, { once: true });
    deadline = setTimeout(fail, READY_MS);
    for (const stream of streams) {
      stream.setEncoding('utf8').on('data', (chunk) => {
        output += chunk;
        if (READY.test(output)) resolve();
      });
    }
  }).finally(() => clearTimeout(deadline));
  for (const stream of streams) stream.removeAllListeners('data').resume();
}
