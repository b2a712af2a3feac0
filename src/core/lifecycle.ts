import { createDeadline, LateError } from './deadline.js';
import type { Diagnostics } from './diagnostics.js';

/** Something that is started with the service and stopped with it. */
export interface Part {
  readonly name: string;
  start?(): void;
  /**
   * How much of the time that is left stopping may take, 0 to 1, so that those after it have some.
   *
   * @default 0.5
   */
  readonly share?: number;
  /** Is told how much time there is. */
  stop?(milliseconds: number): unknown;
  /** Gives up what has not stopped in time, and says what that was. By default it is the part. */
  cut?(): readonly string[];
}

/** Starts parts in order and stops them in reverse. */
export interface Lifecycle {
  start(): void;
  /** Resolves when all parts have stopped or the time is over. Never rejects. */
  stop(): Promise<void>;
}

const SHARE = 0.5;

/**
 * Creates the lifecycle of one Monitoring. A part that fails or hangs does not keep the others from
 * it; what has to be cut is added to `cuts`.
 */
export function createLifecycle(
  parts: readonly Part[],
  timeout: number,
  cuts: string[],
  diagnostics: Diagnostics,
): Lifecycle {
  let started = false;
  let stopping: Promise<void> | undefined;

  async function stopAll(): Promise<void> {
    const deadline = createDeadline(timeout);
    for (const part of [...parts].reverse()) {
      try {
        const time = createDeadline(deadline.left() * (part.share ?? SHARE));
        await time.hold(part.stop?.(time.left()));
      } catch (error) {
        if (error instanceof LateError) await cut(part);
        else diagnostics.caught(part.name, error);
      }
    }
  }

  async function cut(part: Part): Promise<void> {
    cuts.push(...(part.cut?.() ?? [part.name]));
    // A socket that was cut says so when the event loop closes it, which is after the first of two.
    for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
  }

  return {
    start() {
      if (started) return;
      started = true;
      for (const part of parts) {
        // The end may have been asked for before the start, or by a part that was just started.
        if (stopping !== undefined) return;
        try {
          part.start?.();
        } catch (error) {
          diagnostics.caught(part.name, error);
        }
      }
    },
    stop() {
      stopping ??= stopAll();
      return stopping;
    },
  };
}
