import type { DestinationStream } from 'pino';
import { createWriter } from './writer.js';

/** Where log lines go. */
export interface Destination {
  readonly stream: DestinationStream;
  /** How many lines were dropped because the destination did not take them. */
  dropped(): number;
  /** Writes what is left at once: for the end of the process. */
  flushSync(): void;
  /** Resolves when what was logged so far is written; never rejects. Later lines are still taken. */
  end(): Promise<void>;
}

/** Opens a file or descriptor for asynchronous, bounded writing; a stream is used as it is. */
export function createDestination(
  target: string | number | DestinationStream,
  failed: (error: unknown) => void,
): Destination {
  if (typeof target === 'string' || typeof target === 'number') {
    const writer = createWriter(target, failed);
    return { ...writer, stream: writer };
  }
  return { stream: target, dropped: () => 0, flushSync() {}, end: () => Promise.resolve() };
}
