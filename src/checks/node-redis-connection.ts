import type { OwnConnection } from './connection.js';

/** What a duplicate of node-redis is told. */
export interface NodeRedisOptions {
  readonly socket?: object | undefined;
  readonly [option: string]: unknown;
}

/** A client of node-redis, as far as it is needed. */
export interface NodeRedisLike {
  readonly isOpen: boolean;
  readonly options?: object | undefined;
  duplicate(overrides?: object): NodeRedisLike;
  connect(): Promise<unknown>;
  sendCommand(args: string[]): Promise<unknown>;
  /** Not in version 4. */
  destroy?(): unknown;
  disconnect?(): unknown;
  on(event: 'error' | 'end', listener: (error?: unknown) => void): unknown;
  ref(): unknown;
  unref(): unknown;
}

/** Is it a client of node-redis 4 or later, and neither a pool nor a cluster? */
export function isNodeRedis(source: unknown): source is NodeRedisLike {
  const client = source as Partial<NodeRedisLike> | null | undefined;
  return (
    typeof client?.duplicate === 'function' &&
    typeof client.sendCommand === 'function' &&
    typeof client.unref === 'function' &&
    typeof client.isOpen === 'boolean'
  );
}

/** A connection over a node-redis client that is made for it. */
export function nodeRedisConnection(
  given: { readonly socket?: object } | undefined,
  create: (options: NodeRedisOptions) => NodeRedisLike,
  command: readonly string[],
): OwnConnection<unknown> {
  // The client does not give back a socket that still connects; Node does, by a signal.
  const breaker = new AbortController();
  const client = create({
    disableOfflineQueue: true,
    disableClientInfo: true,
    pingInterval: undefined,
    clientSideCache: undefined,
    emitInvalidate: false,
    maintNotifications: 'disabled',
    keyPrefix: undefined,
    socket: { ...given?.socket, reconnectStrategy: false, signal: breaker.signal },
  });
  let alive = true;
  const broken = () => {
    alive = false;
  };
  // Without a listener a server that goes away would end the process.
  client.on('error', broken);
  client.on('end', broken);

  function destroy(): void {
    alive = false;
    const end = client.destroy ?? client.disconnect;
    new Promise((resolve) => resolve(end?.call(client))).catch(() => {});
    breaker.abort();
  }

  return {
    get alive() {
      return alive;
    },
    open: () => client.connect(),
    ask: () => client.sendCommand([...command]),
    hold(active) {
      if (active) client.ref();
      else client.unref();
    },
    close: destroy,
    destroy,
  };
}
