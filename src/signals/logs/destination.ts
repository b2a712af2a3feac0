import type { DestinationStream } from 'pino';
import { createStreamWriter } from './stream-writer.js';
import { createWriter, type Writer } from './writer.js';

/** Where log lines go. */
export interface Destination {
  readonly stream: DestinationStream;
  readonly writer: Writer;
}

/** Opens a file or descriptor for asynchronous, bounded writing; a stream is seen to. */
export function createDestination(
  target: string | number | DestinationStream,
  failed: (error: unknown) => void,
): Destination {
  const writer =
    typeof target === 'string' || typeof target === 'number'
      ? createWriter(target, failed)
      : createStreamWriter(target, failed);
  return { stream: writer, writer };
}
