import { execFileSync } from 'node:child_process';

/** Sends a signal to a process and all that it has started. */
export function signalAll(pid: number, signal: NodeJS.Signals): void {
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)])
    .toString()
    .trim();
  for (const one of [pid, ...children.split(/\s+/).filter(Boolean).map(Number)]) {
    process.kill(one, signal);
  }
}
