import type { Diagnostics } from './diagnostics.js';

/** Something that is started with the service and stopped with it. */
export interface Part {
  readonly name: string;
  start?(): void;
  stop?(): void | Promise<void>;
}

/** Starts parts in order and stops them in reverse. */
export interface Lifecycle {
  start(): void;
  /** Resolves when all parts have stopped or the time is over. Never rejects. */
  stop(): Promise<void>;
}

/** Creates the lifecycle of one Monitoring. A part that fails does not keep the others from it. */
export function createLifecycle(
  parts: readonly Part[],
  timeout: number,
  diagnostics: Diagnostics,
): Lifecycle {
  let started = false;
  let stopping: Promise<void> | undefined;

  async function stopAll(): Promise<void> {
    for (const part of [...parts].reverse()) {
      try {
        await part.stop?.();
      } catch (error) {
        diagnostics.caught(part.name, error);
      }
    }
  }

  return {
    start() {
      if (started) return;
      started = true;
      for (const part of parts) {
        try {
          part.start?.();
        } catch (error) {
          diagnostics.caught(part.name, error);
        }
      }
    },
    stop() {
      stopping ??= within(timeout, stopAll());
      return stopping;
    },
  };
}

async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
