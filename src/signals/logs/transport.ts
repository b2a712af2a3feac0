import { type LoggerOptions, pino, type TransportSingleOptions } from 'pino';
import type { Destination } from './destination.js';
import { taking } from './pino-options.js';

/** What pino's transports are: a worker's end of a pipe. */
interface TransportStream {
  write(line: string): void;
  flush(done: (error?: Error) => void): void;
  flushSync(): void;
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

/** Starts a transport of pino's, which is told of by `failed` instead of ending the process. */
export function transportDestination(
  transport: NonNullable<LoggerOptions['transport']>,
  { customLevels }: LoggerOptions = {},
  failed: (error: unknown) => void,
): Destination {
  const stream = taking('logs.pino.transport', () =>
    pino.transport({
      ...(transport as TransportSingleOptions),
      ...(customLevels && { levels: { ...pino.levels.values, ...customLevels } }),
    }),
  ) as unknown as TransportStream;
  let broken = false;
  let dropped = 0;
  stream.on('error', (error) => {
    broken = true;
    failed(error);
  });

  function write(line: string): void {
    if (broken) dropped++;
    else stream.write(line);
  }

  async function flush(done?: () => void): Promise<void> {
    if (!broken) await new Promise<void>((resolve) => stream.flush(() => resolve()));
    done?.();
  }

  // pino itself ends the worker with the process, after the last line that anybody writes.
  const writer = {
    write,
    flush,
    flushSync: () => (broken ? undefined : stream.flushSync()),
    dropped: () => dropped,
    reopen: () => Promise.resolve(),
    end: () => flush(),
  };
  return { stream: writer, writer };
}
