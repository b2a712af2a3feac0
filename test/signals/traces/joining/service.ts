import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { LogLine } from '../../../support/log-sink.js';

const PROGRAMS = path.resolve(import.meta.dirname, 'programs');

/** What one request was answered: the span that was current in its handler, and what it passes on. */
export interface Answer {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly headers: Record<string, string>;
}

/** How to start a service. */
export interface ServiceStart {
  readonly kind: 'express' | 'fastify' | 'node';
  /** The file of `programs` that is loaded first. */
  readonly first: string;
  /** @default 'service.cjs' */
  readonly program?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Options of telltale. */
  readonly options?: object;
}

/** A service in a process of its own. */
export interface Service {
  readonly lines: readonly LogLine[];
  requestLines(): LogLine[];
  get(target?: string, init?: RequestInit): Promise<Answer>;
  /** So many requests, of which some are under way at once. */
  load(count: number): Promise<Answer[]>;
  /** Shuts down telltale, then whoever else traces, then the process. */
  end(): Promise<{ exposition: string; after: string }>;
}

/** Starts a service with somebody else's tracing. */
export async function startService(start: ServiceStart): Promise<Service> {
  const { kind, first, program = 'service.cjs', env = {}, options = {} } = start;
  const loads = first.endsWith('.mjs') ? '--import' : '--require';
  const child = fork(path.join(PROGRAMS, program), {
    execArgv: [loads, path.join(PROGRAMS, first)],
    silent: true,
    env: {
      PATH: process.env.PATH,
      SERVICE: kind,
      TELLTALE: JSON.stringify(options),
      NODE_NO_WARNINGS: '1',
      ...env,
    },
  });
  const lines: LogLine[] = [];
  let rest = '';
  let errors = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part.startsWith('{')) lines.push(JSON.parse(part));
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
  const exited = once(child, 'exit');
  const [said] = await Promise.race([once(child, 'message'), exited]);
  if (typeof said !== 'object') throw new Error(`${program} ended with ${said}: ${errors}`);
  const base = `http://127.0.0.1:${said.port}`;

  async function get(target = '/users/7', init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(base + target, init);
    const text = await response.text();
    return response.ok ? (text === '' ? { headers: {} } : JSON.parse(text)) : { headers: {} };
  }

  return {
    lines,
    requestLines: () => lines.filter(({ msg }) => msg.startsWith('request ')),
    get,
    async load(count) {
      const answers: Answer[] = [];
      for (let at = 0; at < count; at += 10) {
        const some = Array.from({ length: Math.min(10, count - at) }, () => get());
        answers.push(...(await Promise.all(some)));
      }
      return answers;
    },
    async end() {
      const heard = once(child, 'message');
      child.send('end');
      const [message] = await Promise.race([heard, exited]);
      if (typeof message !== 'object') throw new Error(`the service crashed: ${errors}`);
      await exited;
      return message;
    },
  };
}
