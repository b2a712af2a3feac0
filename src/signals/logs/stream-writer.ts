import { type DestinationStream, symbols } from 'pino';
import { MOST, type Writer } from './writer.js';

/** What a stream may have beside `write`: those of Node, SonicBoom, and pino's transports. */
interface AnyStream extends DestinationStream {
  write(line: string, written?: (error?: unknown) => void): unknown;
  on?(event: string, listener: (value: unknown) => void): unknown;
  off?(event: string, listener: (value: unknown) => void): unknown;
  emit?(event: string, ...values: unknown[]): unknown;
  flush?(done: (error?: unknown) => void): unknown;
  flushSync?(): void;
  readonly destroyed?: boolean;
  readonly writableEnded?: boolean;
  readonly writableLength?: number;
}

/** What pino tells a stream of a line before it writes it, where the stream asks for that. */
const METADATA = ['lastLevel', 'lastObj', 'lastMsg', 'lastTime', 'lastLogger'] as const;

/**
 * Creates a writer to a stream of the application's. What the stream does not take is counted and
 * does no harm: it has listeners for its errors, no more waits in it than a bound, and one that has
 * ended is left alone. `failed` is told of its errors.
 */
export function createStreamWriter(
  destination: DestinationStream,
  failed: (error: unknown) => void,
): Writer & DestinationStream {
  const stream = destination as AnyStream;
  const tells = typeof stream.writableLength === 'number';
  const listeners: Record<string, (value: unknown) => void> = {
    error: failed,
    // SonicBoom's, for a line beyond its own bound.
    drop: () => drops++,
    drain() {
      full = false;
      waiting = 0;
    },
  };
  let drops = 0;
  let full = false;
  /** Characters that were written since the stream was full. */
  let waiting = 0;
  /** Lines that a stream that tells has not told of yet. */
  let pending = 0;
  let flushed: (() => void)[] = [];

  for (const [event, listener] of Object.entries(listeners)) stream.on?.(event, listener);

  function settled(error?: unknown): void {
    if (error) drops++;
    pending--;
    if (pending > 0) return;
    const told = flushed;
    flushed = [];
    for (const tell of told) tell();
  }

  function write(line: string): void {
    if (stream.destroyed || stream.writableEnded || waiting + line.length > MOST) {
      drops++;
      return;
    }
    try {
      if (tells) pending++;
      if (stream.write(line, tells ? settled : undefined) === false) full = true;
      if (full) waiting += line.length;
    } catch (error) {
      if (tells) settled(error);
      else drops++;
      failed(error);
    }
  }

  function flush(): Promise<void> {
    return new Promise((resolve) => {
      if (pending > 0) flushed.push(resolve);
      else if (tells || stream.flush === undefined) resolve();
      else stream.flush(() => resolve());
    });
  }

  function flushSync(): void {
    try {
      stream.flushSync?.();
    } catch (error) {
      failed(error);
    }
  }

  const writer: Writer & DestinationStream = {
    write,
    dropped: () => drops,
    async flush(done) {
      try {
        await flush();
      } catch (error) {
        failed(error);
      }
      done?.();
    },
    ...(stream.flushSync !== undefined && { flushSync }),
    reopen: () => Promise.resolve(),
    async end() {
      await writer.flush();
      for (const [event, listener] of Object.entries(listeners)) stream.off?.(event, listener);
    },
  };
  return tellingAll(stream, writer);
}

/** A stream that asks what a line is about, such as pino.multistream, is told. */
function tellingAll(stream: AnyStream, writer: Writer & DestinationStream) {
  const emit = stream.emit?.bind(stream);
  const whole = emit === undefined ? writer : Object.assign(writer, { emit });
  const asks = stream as unknown as Record<string | symbol, unknown>;
  if (asks[symbols.needsMetadataGsym] !== true) return whole;
  for (const name of METADATA) {
    Object.defineProperty(whole, name, {
      set(value: unknown) {
        asks[name] = value;
      },
      get: () => asks[name],
    });
  }
  return Object.assign(whole, { [symbols.needsMetadataGsym]: true });
}
