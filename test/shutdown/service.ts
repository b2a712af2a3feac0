import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get, type IncomingHttpHeaders } from 'node:http';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { MonitoringOptions } from '../../src/index.js';

const PROGRAM = fileURLToPath(new URL('programs/service.mjs', import.meta.url));

/** The kinds of app that the program can be. */
export type Kind = 'express' | 'fastify' | 'plugin' | 'node';

/** What a hook of its shutdown does. `linger` leaves a timer behind. */
export type Hook = 'ok' | 'throw' | 'hang' | 'linger';

/** What the program is to be. */
export interface ServiceOptions {
  readonly kind: Kind;
  readonly options: MonitoringOptions;
  /** What the hooks of its shutdown do, in the order in which they are given. */
  readonly hooks?: readonly Hook[];
  readonly before?: Hook;
  /** How many lines a slow request logs when it is done. */
  readonly linesPerRequest?: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** An answer, or what there was in its place. */
export interface Answer {
  readonly status: number | string;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

/** A service in a process of its own. */
export interface Service {
  readonly child: ChildProcess;
  readonly port: number;
  /** What it has told so far. */
  readonly told: Record<string, unknown>[];
  /** The lines it has logged to standard output. */
  lines(): Record<string, unknown>[];
  errors(): string;
  /** Never rejects: a refusal is an answer, too. Without an agent on a connection of its own. */
  ask(path: string, agent?: Agent): Promise<Answer>;
  /** How it ended, and how long after this call. */
  ended(): Promise<{ code: number | null; signal: string | null; ms: number }>;
}

/** Starts the program and waits until it listens. It is killed when the test is over. */
export async function startService(given: ServiceOptions): Promise<Service> {
  const child = fork(PROGRAM, [JSON.stringify(given)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...given.env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const told: Record<string, unknown>[] = [];
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
    });
  }
  const listening = new Promise<number>((resolve, reject) => {
    child.on('message', (message: Record<string, unknown>) => {
      told.push(message);
      if (typeof message.port === 'number') resolve(message.port);
    });
    child.once('exit', () => reject(new Error(`ended before it listened:\n${text.stderr}`)));
  });
  const exited = once(child, 'close') as Promise<[number | null, string | null]>;
  const port = await listening;
  return {
    child,
    port,
    told,
    lines: () =>
      text.stdout
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line)),
    errors: () => text.stderr,
    ask: (path, agent) => ask(port, path, agent),
    async ended() {
      const asked = performance.now();
      const [code, signal] = await exited;
      return { code, signal, ms: performance.now() - asked };
    },
  };
}

/** One GET. */
export function ask(port: number, path: string, agent?: Agent): Promise<Answer> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) =>
      resolve({ status: error.code ?? error.message, body: '', headers: {} });
    const request = get({ host: '127.0.0.1', port, path, agent: agent ?? false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('error', failed);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body, headers: response.headers }),
      );
    });
    request.on('error', failed);
  });
}

/** A client that keeps its connections, as browsers and proxies do. */
export function keepAlive(): Agent {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  return agent;
}
