/** Scrapes of /metrics that cost the load generator's process next to nothing. */

import { connect } from 'node:net';

/** `once` resolves to one scrape; `begin` repeats it until `end` resolves to how many there were. */
export function createScrapes() {
  let timer;
  let underWay;
  let count = 0;

  return {
    once: scrape,
    begin({ every, ...target }) {
      count = 0;
      const next = () => {
        count++;
        underWay = scrape(target);
        // Whoever asks for the end is told.
        underWay.catch(() => {});
      };
      next();
      timer = setInterval(next, every);
    },
    async end() {
      clearInterval(timer);
      await underWay;
      return count;
    },
  };
}

/** Milliseconds until the answer was there whole, and its bytes with the head. */
function scrape({ port, headers = {} }) {
  const fields = Object.entries({ host: '127.0.0.1', connection: 'close', ...headers });
  const started = performance.now();
  let bytes = 0;
  let head = '';

  return new Promise((resolve, reject) => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      onread: {
        buffer: Buffer.allocUnsafe(64 * 1024),
        callback(size, buffer) {
          if (bytes === 0) head = buffer.toString('latin1', 0, Math.min(size, 512));
          bytes += size;
          return true;
        },
      },
    });
    socket.once('error', reject);
    socket.once('close', () => {
      if (!head.startsWith('HTTP/1.1 200')) reject(new Error(`unexpected scrape: ${head}`));
      else resolve({ ms: performance.now() - started, bytes, head });
    });
    const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.write(`GET /metrics HTTP/1.1\r\n${lines}\r\n`);
  });
}
