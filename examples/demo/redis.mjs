import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer } from './server.mjs';

// Where test/services/install.sh puts what the machine has not installed.
const extracted = fileURLToPath(
  new URL('../../node_modules/.cache/telltale-services/bin', import.meta.url),
);
const env = { ...process.env, PATH: `${process.env.PATH}${path.delimiter}${extracted}` };

/** Starts Redis behind a Unix socket; undefined where there is no redis-server to start. */
export async function startRedis(signal) {
  try {
    const { directory, stop } = await startServer(
      'redis',
      { prepare, stopSignal: 'SIGTERM' },
      signal,
    );
    return { socket: socketIn(directory), stop };
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function prepare(directory) {
  const place = ['--port', '0', '--unixsocket', socketIn(directory), '--dir', directory];
  return { command: 'redis-server', args: [...place, '--save', '', '--appendonly', 'no'], env };
}

function socketIn(directory) {
  return path.join(directory, 'redis.sock');
}
