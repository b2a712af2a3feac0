import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ask } from '../shutdown/service.js';

const PROGRAM = fileURLToPath(new URL('programs/service.mjs', import.meta.url));

/** Milliseconds between the background runs of a check. */
export const INTERVAL_MS = 500;
/** Milliseconds for which the results of the others are given again. */
export const CACHE_MS = 50;

/** What the program depends on. It has the checks of what is given. */
export interface Dependencies {
  /** What node-postgres connects with, for the application's pool and the check. */
  readonly database?: object;
  /** Where the check, unlike the pool, finds the database. */
  readonly checkedPort?: number;
  /** Whether the application listens to its pool's errors. @default true */
  readonly listens?: boolean;
  /** Milliseconds for which checks keep their connections. @default 0 */
  readonly keepFor?: number;
  /** The URL of a Redis. */
  readonly cache?: string;
  /** A port to connect to. */
  readonly place?: { readonly port: number };
  /** What to connect with to a database whose host changes; brings a check of one's own as well. */
  readonly custom?: object;
  /** Milliseconds between background runs. @default there are none */
  readonly intervalMs?: number;
}

/** The paths of the probes. */
export type ProbePath = '/health' | '/health/live' | '/health/ready' | '/health/startup';

/** What a probe answered, and how long that took. */
export interface ProbeAnswer {
  readonly path: ProbePath;
  readonly status: number | string;
  /** By name of the check: its class, or its status where it has none. */
  readonly verdicts: Readonly<Record<string, string>>;
  readonly took: number;
}

/** A service in a process of its own, asked from outside. */
export interface FaultyService {
  readonly child: ChildProcess;
  /** What it has printed to standard error so far. */
  errors(): string;
  readonly ask: (path: string) => ReturnType<typeof ask>;
  probe(path: ProbePath): Promise<ProbeAnswer>;
  /** Tells it to do something else, and waits until it does. */
  tell(what: 'host' | 'behave', value: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the program and waits until it listens. */
export async function startService(dependencies: Dependencies): Promise<FaultyService> {
  const child = fork(PROGRAM, [JSON.stringify({ ...dependencies, cacheFor: CACHE_MS })], {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk;
  });
  const failed = once(child, 'close').then(([code]) => {
    throw new Error(`the service ended with ${code} before it listened:\n${errors}`);
  });
  const listening = once(child, 'message') as Promise<[{ port: number }]>;
  const [{ port }] = await Promise.race([listening, failed]);
  return {
    child,
    errors: () => errors,
    ask: (path) => ask(port, path),
    async probe(path) {
      const started = performance.now();
      const { status, body } = await ask(port, path);
      const took = performance.now() - started;
      return { path, status, verdicts: verdictsIn(body), took };
    },
    async tell(what, value) {
      const done = once(child, 'message');
      child.send([what, value]);
      await done;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** What a report says of the dependencies; of the machine it runs on it may say what it likes. */
function verdictsIn(body: string): Record<string, string> {
  if (!body.startsWith('{')) return {};
  const { checks } = JSON.parse(body) as {
    checks: Record<string, { status: string; class?: string }>;
  };
  const { event_loop: _, memory: __, disk: ___, ...dependencies } = checks;
  return Object.fromEntries(
    Object.entries(dependencies).map(([name, one]) => [name, one.class ?? one.status]),
  );
}
