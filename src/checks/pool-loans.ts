/** A connection that somebody has taken and not given back. */
export interface Loan {
  /** Milliseconds until now. */
  readonly heldFor: number;
  readonly takenAt: string;
}

/** Who has what of a pool. */
export interface Loans {
  /** Those that have been held for that many milliseconds, the longest first. */
  over(milliseconds: number): Loan[];
  /** Gives the pool back as it was. */
  stop(): void;
}

/** A `Pool` of node-postgres, as far as it is needed to know who has its connections. */
export interface LendingPool {
  connect(...args: never[]): unknown;
  on(event: 'release' | 'remove', listener: (...args: never[]) => void): unknown;
  off(event: 'release' | 'remove', listener: (...args: never[]) => void): unknown;
}

/** Does it lend connections by `connect` and say when they come back? */
export function isLendingPool(source: object): source is LendingPool {
  const pool = source as Partial<LendingPool>;
  return [pool.connect, pool.on, pool.off].every((method) => typeof method === 'function');
}

interface Taken {
  readonly since: number;
  readonly place: { stack?: string };
}

type Callback = (error: unknown, client?: object, ...rest: unknown[]) => void;
type Connect = (callback?: Callback) => Promise<object> | undefined;

/** Watches who takes connections, by an override of the pool's `connect`. */
export function watchLoans(pool: LendingPool): Loans {
  const own = Object.getOwnPropertyDescriptor(pool, 'connect');
  const connect = pool.connect as Connect;
  const taken = new Map<object, Taken>();
  let stopped = false;

  function connectAndNote(this: unknown, callback?: Callback): Promise<object> | undefined {
    if (stopped) return connect.call(this, callback);
    const place: Taken['place'] = {};
    Error.captureStackTrace(place, connectAndNote);
    const note = (client: object) => taken.set(client, { since: performance.now(), place });
    if (typeof callback === 'function') {
      return connect.call(this, (error, client, ...rest) => {
        if (client !== undefined) note(client);
        callback(error, client, ...rest);
      });
    }
    return connect.call(this)?.then((client) => {
      note(client);
      return client;
    });
  }

  const released = (_error: unknown, client: object) => void taken.delete(client);
  const removed = (client: object) => void taken.delete(client);
  pool.on('release', released);
  pool.on('remove', removed);
  Object.defineProperty(pool, 'connect', {
    value: connectAndNote,
    configurable: true,
    enumerable: false,
    writable: true,
  });

  return {
    over(milliseconds) {
      const now = performance.now();
      return [...taken.values()]
        .map(({ since, place }) => ({ heldFor: now - since, takenAt: shortened(place.stack) }))
        .filter(({ heldFor }) => heldFor >= milliseconds)
        .sort((a, b) => b.heldFor - a.heldFor);
    },
    stop() {
      stopped = true;
      taken.clear();
      pool.off('release', released);
      pool.off('remove', removed);
      // Whoever has overridden it since calls ours, which then only passes on.
      if (pool.connect !== (connectAndNote as LendingPool['connect'])) return;
      if (own === undefined) delete (pool as Partial<LendingPool>).connect;
      else Object.defineProperty(pool, 'connect', own);
    },
  };
}

const MOST_FRAMES = 4;

/** The frames of the application, as far as they can be told from those of packages and of Node. */
function shortened(stack = ''): string {
  const frames = stack.split('\n').slice(1);
  const own = frames.filter((frame) => !/node_modules|node:internal/.test(frame));
  return (own.length > 0 ? own : frames)
    .slice(0, MOST_FRAMES)
    .map((frame) => frame.trim())
    .join('\n');
}
