/** Child processes, each pinned to one core, asked over IPC and ended by handle. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const children = new Set();
let stopped = false;

// Nothing else of ours, so that no OTEL_*, LOG_LEVEL or NODE_OPTIONS changes what is measured.
const env = { PATH: process.env.PATH, NODE_ENV: 'production' };

/**
 * Starts a script of this folder on `core` and resolves to `{ ask, stop }` when it is ready.
 * A question rejects when the child throws, ends, or stays silent for `timeout` ms.
 */
export async function startChild(core, script, args = []) {
  if (stopped) throw new Error('the run has been stopped');
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn('taskset', ['-c', String(core), process.execPath, path, ...args], {
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  children.add(child);
  const waiting = new Map();
  let lastId = 0;

  const exited = new Promise((resolve) => {
    child.once('exit', (code, signal) => end(new Error(`${script} ended: ${signal ?? code}`)));
    child.on('error', end);
    function end(error) {
      children.delete(child);
      for (const id of waiting.keys()) settle(id, { error });
      resolve();
    }
  });

  function expect(id, timeout) {
    return new Promise((resolve, reject) => {
      const late = () => settle(id, { error: new Error(`no answer to ${id}`) });
      waiting.set(id, { resolve, reject, timer: setTimeout(late, timeout) });
    });
  }

  function settle(id, { value, error }) {
    const question = waiting.get(id);
    waiting.delete(id);
    clearTimeout(question?.timer);
    if (!error) question?.resolve(value);
    else question?.reject(new Error(`${[script, ...args].join(' ')}: ${error.message}`));
  }

  child.on('message', ({ id, value, error }) =>
    settle(id, { value, error: error && new Error(error) }),
  );

  await expect('ready', 30_000);

  return {
    ask(name, data, timeout = 60_000) {
      if (!children.has(child)) return Promise.reject(new Error(`${script} has ended`));
      const id = `${name} ${++lastId}`;
      const answer = expect(id, timeout);
      child.send({ id, name, data });
      return answer;
    },
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Ends every child that still runs, and lets no other start. Safe to call from a signal handler. */
export function stopChildren() {
  stopped = true;
  for (const child of children) child.kill('SIGKILL');
}
