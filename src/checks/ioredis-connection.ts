import type { OwnConnection } from './connection.js';

/** What a duplicate of ioredis is told. */
export type IORedisOptions = typeof OWN_OPTIONS;

/** A client of ioredis, as far as it is needed. */
export interface IORedisLike {
  readonly status: string;
  duplicate(overrides?: object): IORedisLike;
  connect(): Promise<unknown>;
  call(command: string, ...args: string[]): Promise<unknown>;
  disconnect(): void;
  on(event: 'connect' | 'error' | 'end', listener: (error?: unknown) => void): unknown;
  readonly stream?: {
    destroy(): unknown;
    once?(event: 'data', listener: (chunk: Uint8Array | string) => void): unknown;
    ref?(): unknown;
    unref?(): unknown;
  };
}

/** Is it a client of ioredis, and not of a cluster? */
export function isIORedis(source: unknown): source is IORedisLike {
  const client = source as (Partial<IORedisLike> & { isCluster?: boolean }) | null | undefined;
  return (
    typeof client?.duplicate === 'function' &&
    typeof client.call === 'function' &&
    typeof client.status === 'string' &&
    client.isCluster !== true
  );
}

// One try, told at once how it went, whatever the application's own client is to do.
const OWN_OPTIONS = {
  lazyConnect: true,
  enableOfflineQueue: false,
  // It would wait until a server has loaded its data, which is the answer that is asked for.
  enableReadyCheck: false,
  enableAutoPipelining: false,
  maxRetriesPerRequest: 0,
  retryStrategy: null as never,
  sentinelRetryStrategy: null as never,
  reconnectOnError: null,
  disableClientInfo: true,
  // A timer that is not called off when there is no connection any more, and keeps a process alive.
  disconnectTimeout: 0,
  monitor: false,
  keyPrefix: '',
};

/** A connection over an ioredis client that is made for it. */
export function ioredisConnection(
  create: (options: IORedisOptions) => IORedisLike,
  [command, ...args]: readonly [string, ...string[]],
): OwnConnection<unknown> {
  const client = create(OWN_OPTIONS);
  let alive = true;
  let fault: unknown;
  let firstReply = '';
  // It also needs one, or it prints the error.
  client.on('error', (error) => {
    fault ??= error;
  });
  client.on('end', () => {
    alive = false;
  });

  client.on('connect', () => {
    client.stream?.once?.('data', (chunk) => {
      firstReply = String(chunk);
    });
  });

  /**
   * The promises may only say that the connection is closed. The event says why; and a server that
   * is full says so instead of its first reply, which the client then has no use for.
   */
  async function faithfully<T>(work: Promise<T>): Promise<T> {
    const result = await work.catch((error) => {
      const refusal = firstReply.startsWith('-')
        ? new Error(firstReply.slice(1).trim())
        : undefined;
      throw isReply(error) ? error : (fault ?? refusal ?? error);
    });
    if (fault !== undefined) throw fault;
    return result;
  }

  function destroy(): void {
    alive = false;
    client.disconnect();
    // Left to itself it waits for two seconds until the server has said goodbye.
    client.stream?.destroy();
  }

  return {
    get alive() {
      return alive && fault === undefined;
    },
    open: () => faithfully(client.connect()),
    ask: () => faithfully(client.call(command, ...args)),
    hold(active) {
      if (active) client.stream?.ref?.();
      else client.stream?.unref?.();
    },
    close: destroy,
    destroy,
  };
}

function isReply(error: unknown): boolean {
  return (error as Error | undefined)?.name === 'ReplyError';
}
