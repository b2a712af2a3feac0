import type { Check } from '../model/check.js';
import { abortable } from './abortable.js';

/** A check that may hold something between its runs. */
export interface ClosableCheck extends Check {
  /** Gives back what it holds. It can still be run, and then holds nothing afterwards. */
  close(): Promise<void>;
}

/** A connection that belongs to a check alone. */
export interface OwnConnection<Answer> {
  open(): Promise<unknown>;
  ask(): Promise<Answer>;
  /** False once it is known to be broken. */
  readonly alive: boolean;
  /** Whether it keeps the process from ending. */
  hold(active: boolean): void;
  /** Says goodbye as far as that takes no waiting, and gives the socket back. */
  close(): void;
  /** Gives the socket back at once, whatever is under way. */
  destroy(): void;
}

/** Asks over a connection of one's own. */
export interface Asking<Answer> {
  /** Whoever asks while somebody else does gets the same answer: there is never a second connection. */
  ask(signal: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * Sees to it that a check has one connection at most, that it is gone when the check is given up,
 * and that it neither keeps the process alive nor is used for longer than `keepFor` milliseconds.
 */
export function createAsking<Answer>(
  create: () => OwnConnection<Answer> | Promise<OwnConnection<Answer>>,
  keepFor: number,
): Asking<Answer> {
  let lifetime = keepFor;
  let kept: Lease<Answer> | undefined;
  let asking: Promise<Answer> | undefined;

  async function run(signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const reused = takeKept();
    const lease = reused ?? {
      connection: await abortable(signal, Promise.resolve(create())),
      until: performance.now() + lifetime,
    };
    const { connection } = lease;
    try {
      if (reused === undefined) await abortable(signal, connection.open());
      const answer = await abortable(signal, connection.ask());
      giveBack(lease);
      return answer;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  function takeKept(): Lease<Answer> | undefined {
    const lease = kept;
    kept = undefined;
    if (lease === undefined) return undefined;
    if (lease.connection.alive && performance.now() < lease.until) {
      lease.connection.hold(true);
      return lease;
    }
    lease.connection.close();
    return undefined;
  }

  function giveBack(lease: Lease<Answer>): void {
    if (lifetime > 0 && performance.now() < lease.until) {
      lease.connection.hold(false);
      kept = lease;
    } else {
      lease.connection.close();
    }
  }

  return {
    ask(signal) {
      if (asking !== undefined) return abortable(signal, asking);
      asking = run(signal).finally(() => {
        asking = undefined;
      });
      return asking;
    },
    async close() {
      lifetime = 0;
      takeKept()?.connection.close();
    },
  };
}

interface Lease<Answer> {
  readonly connection: OwnConnection<Answer>;
  /** In the time of `performance.now()`. */
  readonly until: number;
}
