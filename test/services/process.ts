import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterDeath } from './guard.js';

/** What to start, and how to know that it has started. */
export interface ProcessOptions {
  /** Path of the program, or its name on PATH. */
  readonly command: string;
  readonly args: readonly string[];
  /** @default the environment of this process */
  readonly env?: NodeJS.ProcessEnv;
  /** The user to run as; only root may choose. @default the user of this process */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Asked again every 10 ms, with all that was printed so far, until true; a throw is a no. */
  readonly ready: (output: string) => boolean | Promise<boolean>;
  /** @default 15_000 */
  readonly readyTimeoutMs?: number;
  /** Is given what the process prints to standard output, in chunks. */
  readonly onOutput?: (chunk: string) => void;
  /** @default 'SIGTERM' */
  readonly stopSignal?: NodeJS.Signals;
  /** How long `stop` waits before SIGKILL. @default 5_000 */
  readonly killAfterMs?: number;
}

/** A child process that answered its readiness probe. */
export interface RunningProcess {
  readonly pid: number;
  /** Ends it and resolves when it has ended; a second call waits for the same end. */
  stop(): Promise<void>;
}

// SIGCONT, because a test may have frozen the process.
const killThenMakeSure = [
  'kill -s "$2" "$1"; kill -s CONT "$1"',
  'for _ in $(seq 30); do kill -s 0 "$1" || exit; sleep 0.1; done; kill -s KILL "$1"',
].join('; ');

/**
 * Starts a process, waits until it is ready and sees to it that it does not outlive this one. It
 * does not keep this one alive either.
 *
 * @throws Error with what the process printed, when it ends early or is not ready in time; it has
 * been stopped by then
 */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { command, args, env, user, onOutput, stopSignal = 'SIGTERM' } = options;
  const child = spawn(command, args, { env, ...user, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let starting = true;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      if (starting) output += chunk;
      if (stream === child.stdout) onOutput?.(chunk);
    });
  }
  await once(child, 'spawn');
  const pid = child.pid as number;
  const ended = once(child, 'exit');
  const callOff = afterDeath(killThenMakeSure, String(pid), stopSignal.slice(3));
  void ended.then(callOff);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;

  async function end(): Promise<void> {
    if (hasEnded()) return;
    child.ref();
    child.kill(stopSignal);
    child.kill('SIGCONT');
    const deadline = setTimeout(() => child.kill('SIGKILL'), options.killAfterMs ?? 5_000);
    await ended;
    clearTimeout(deadline);
  }
  let ending: Promise<void> | undefined;
  const stop = () => (ending ??= end());

  const giveUpAt = Date.now() + (options.readyTimeoutMs ?? 15_000);
  const isReady = async () => options.ready(output);
  while (!(await isReady().catch(() => false))) {
    const failure = hasEnded() ? 'ended before it was ready' : 'is not ready in time';
    const lost = hasEnded() || Date.now() > giveUpAt;
    if (lost) await stop();
    await sleep(10);
    if (lost) throw new Error(`${command} ${failure}. It printed:\n${output}`);
  }
  starting = false;
  child.unref();
  for (const stream of [child.stdout, child.stderr]) {
    if (stream instanceof Socket) stream.unref();
  }
  return { pid, stop };
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port was given');
  return address.port;
}
