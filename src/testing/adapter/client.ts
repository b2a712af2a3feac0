import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

/** How the server left the connection. */
export type ConnectionEnd = 'open' | 'closed' | 'reset';

/** A client that sends exactly the bytes it is told to and keeps those that come back. */
export interface Client {
  /** What came back so far, as latin1. */
  received(): string;
  readonly end: ConnectionEnd;
  /** When bytes or an end last came, by `performance.now()`. */
  readonly lastAt: number;
  send(bytes: string | Buffer): void;
  /** Ends the sending side only. */
  halfClose(): void;
  /** Closes with a TCP reset. */
  reset(): void;
  destroy(): void;
}

/** Connects to a port of this machine. */
export async function connectClient(port: number, secure: boolean): Promise<Client> {
  const plain = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  const socket = secure ? secured(plain) : plain;
  const chunks: Buffer[] = [];
  let end: ConnectionEnd = 'open';
  let lastAt = performance.now();

  function ended(how: ConnectionEnd): void {
    lastAt = performance.now();
    if (end === 'open') end = how;
  }

  socket.on('data', (chunk) => {
    lastAt = performance.now();
    chunks.push(chunk);
  });
  socket.on('end', () => ended('closed'));
  for (const one of new Set([plain, socket])) {
    one.on('error', () => ended('reset'));
    one.on('close', () => ended('closed'));
  }
  await new Promise<void>((resolve) => {
    socket.once(secure ? 'secureConnect' : 'connect', () => resolve());
    socket.once('close', () => resolve());
  });

  return {
    received: () => Buffer.concat(chunks).toString('latin1'),
    get end() {
      return end;
    },
    get lastAt() {
      return lastAt;
    },
    send(bytes) {
      socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    },
    halfClose: () => void socket.end(),
    reset: () => void plain.resetAndDestroy(),
    destroy() {
      socket.destroy();
      plain.destroy();
    },
  };
}

function secured(socket: Socket): Socket {
  return connectTls({
    socket,
    rejectUnauthorized: false,
    // In later versions the client is ready before the server is, and could be gone by then.
    maxVersion: 'TLSv1.2',
    allowHalfOpen: true,
  } as ConnectionOptions);
}

/** Waits until `check` is true, and tells whether it was within the time. */
export async function eventually(check: () => boolean, milliseconds: number): Promise<boolean> {
  const giveUpAt = performance.now() + milliseconds;
  while (!check()) {
    if (performance.now() > giveUpAt) return false;
    await sleep(1);
  }
  return true;
}
