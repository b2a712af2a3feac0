import { spawn } from 'node:child_process';

const waitForEndOfInput = 'read -r _ ||';

/**
 * Has a shell command run when this process, or this worker thread, is gone without having called
 * the function returned. An `exit` handler misses SIGKILL and signals nobody handles, and the
 * exit-hook packages change how the process that is being tested dies. A small shell of its own
 * session that waits for the end of its input misses nothing and changes nothing.
 *
 * @param command - POSIX shell; the arguments are `$1`, `$2`, …
 * @returns a function that calls the guard off
 */
export function afterDeath(command: string, ...args: readonly string[]): () => void {
  const guard = spawn('/bin/sh', ['-c', `${waitForEndOfInput} { ${command}; }`, 'guard', ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // A guard that somebody killed has nothing left to be called off from.
  guard.stdin.on('error', () => {});
  guard.unref();
  return function callOff() {
    guard.stdin.end('alive\n');
  };
}
