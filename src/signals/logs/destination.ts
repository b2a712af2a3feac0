import type { DestinationStream } from 'pino';
import { createWriter, type Writer } from './writer.js';

/** Where log lines go. */
export interface Destination {
  readonly stream: DestinationStream;
  /** What writes them, when that is telltale itself. */
  readonly writer: Writer | undefined;
}

/** Opens a file or descriptor for asynchronous, bounded writing; a stream is used as it is. */
export function createDestination(
  target: string | number | DestinationStream,
  failed: (error: unknown) => void,
): Destination {
  if (typeof target !== 'string' && typeof target !== 'number') {
    return { stream: target, writer: undefined };
  }
  const writer = createWriter(target, failed);
  return { stream: writer, writer };
}
