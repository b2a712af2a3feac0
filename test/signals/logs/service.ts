import { type ChildProcess, fork, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { MonitoringOptions } from '../../../src/index.js';
import { total } from '../../support/samples.js';

const PROGRAM = fileURLToPath(new URL('programs/service.mjs', import.meta.url));

/** What a command of the program came to. */
interface Done {
  readonly result: unknown;
  /** Lines of work that were logged so far. */
  readonly written: number;
}

/** A service that logs, in a process of its own. */
export interface LoggingService {
  readonly child: ChildProcess;
  /** Asks for a path; the status. */
  ask(path: string): Promise<number>;
  /** The sum of the samples of a metric. */
  metric(name: string): Promise<number>;
  command(name: string, ...values: number[]): Promise<Done>;
  /** How it ended, and how long after this call. */
  ended(): Promise<{ code: number | null; ms: number }>;
}

/** Starts the program and waits until it listens. It is killed when the test is over. */
export async function startLogging(
  options: MonitoringOptions,
  stdout: 'pipe' | 'ignore' | number = 'ignore',
): Promise<LoggingService> {
  const stdio: StdioOptions = ['ignore', stdout, 'inherit', 'ipc'];
  const child = fork(PROGRAM, [JSON.stringify({ options })], { stdio });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const base = `http://127.0.0.1:${port}`;
  return {
    child,
    async ask(path) {
      const response = await fetch(base + path);
      await response.text();
      return response.status;
    },
    async metric(name) {
      return total(await (await fetch(`${base}/metrics`)).text(), name);
    },
    async command(...words) {
      const done = new Promise<Done>((resolve) => {
        child.on('message', (message: Done & { done?: string }) => {
          if (message.done === words[0]) resolve(message);
        });
      });
      child.send(words);
      return done;
    },
    async ended() {
      const asked = performance.now();
      const [code] = (await once(child, 'exit')) as [number | null];
      return { code, ms: performance.now() - asked };
    },
  };
}
