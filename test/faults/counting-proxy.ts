import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that counts who takes it. */
export interface CountingProxy {
  readonly port: number;
  /** Connections that were ever made. */
  readonly made: number;
  /** Most connections that were open at the same time. */
  readonly most: number;
  stop(): Promise<void>;
}

/** Starts a proxy for a port of this machine. */
export async function startCountingProxy(target: number): Promise<CountingProxy> {
  const open = new Set<Socket>();
  let made = 0;
  let most = 0;
  const server = createServer((client) => {
    made++;
    open.add(client);
    most = Math.max(most, open.size);
    const upstream = connect(target, '127.0.0.1');
    client.pipe(upstream).pipe(client);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => {}).on('close', () => other.destroy());
    }
    // Its end is heard first, and nothing comes over it any more.
    for (const event of ['end', 'close']) client.on(event, () => open.delete(client));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get made() {
      return made;
    },
    get most() {
      return most;
    },
    async stop() {
      for (const client of open) client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
