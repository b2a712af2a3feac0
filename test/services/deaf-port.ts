import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A port to which nobody can connect, and which refuses nobody either. */
export interface DeafPort {
  readonly port: number;
  stop(): Promise<void>;
}

const LISTENER = `require('node:net').createServer().listen(
  { port: 0, host: '127.0.0.1', backlog: 1 },
  function () { console.log(this.address().port); },
);`;

/** A process that listens and is frozen, and the queue where the system accepts in its stead is full. */
export async function startDeafPort(): Promise<DeafPort> {
  const child = spawn(process.execPath, ['-e', LISTENER], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const [line] = await once(child.stdout, 'data');
  const port = Number(line);
  child.kill('SIGSTOP');
  const fillers: Socket[] = [];
  for (let isFull = false; !isFull; ) {
    const filler = connect({ host: '127.0.0.1', port }).on('error', () => {});
    fillers.push(filler);
    isFull = await Promise.race([once(filler, 'connect').then(() => false), sleep(200, true)]);
  }
  return {
    port,
    async stop() {
      for (const filler of fillers) filler.destroy();
      child.kill('SIGKILL');
      await exit;
    },
  };
}
