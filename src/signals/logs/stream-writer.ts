import { type DestinationStream, symbols } from 'pino';
import { atExit } from '../../core/exit.js';
import { buildStreamRoom, type TellingStream } from './stream-room.js';
import type { Writer } from './writer.js';

/** What a stream may have beside `write`: those of Node, SonicBoom, and pino's transports. */
interface AnyStream extends DestinationStream, TellingStream {
  write(line: string, written?: (error?: unknown) => void): unknown;
  emit?(event: string, ...values: unknown[]): unknown;
  flush?(done: (error?: unknown) => void): unknown;
  flushSync?(): void;
  readonly destroyed?: boolean;
  readonly writableEnded?: boolean;
  /** Those that pino.multistream writes to. */
  readonly streams?: readonly { readonly stream?: TellingStream }[];
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
  const room = buildStreamRoom(stream);
  const members = [stream, ...(stream.streams ?? []).map((member) => member.stream)].filter(
    isObject,
  );
  let drops = 0;
  /** Lines that a stream that tells has not told of yet. */
  let pending = 0;
  let flushed: (() => void)[] = [];
  let release: (() => void) | undefined;
  let ended = false;

  for (const member of members) member.on?.('error', failed);
  // SonicBoom's, for a line beyond its own bound.
  stream.on?.('drop', countDrop);

  function countDrop(): void {
    drops++;
  }

  function settled(error?: unknown): void {
    if (error) drops++;
    pending--;
    if (pending > 0) return;
    const told = flushed;
    flushed = [];
    for (const tell of told) tell();
  }

  function write(line: string): void {
    if (stream.flushSync !== undefined && !ended) release ??= atExit(flushSync);
    if (stream.destroyed || stream.writableEnded || !room.has(line)) {
      drops++;
      return;
    }
    try {
      if (tells) pending++;
      room.took(line, stream.write(line, tells ? settled : undefined) === false);
    } catch (error) {
      if (tells) settled(error);
      else drops++;
      failed(error);
    }
  }

  function flush(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (pending > 0) return flushed.push(resolve);
      if (tells || stream.flush === undefined) return resolve();
      const flushing = stream.flush(() => resolve());
      // One that takes no callback calls none.
      if (stream.flush.length === 0) Promise.resolve(flushing).then(() => resolve(), reject);
    });
  }

  function flushSync(): void {
    try {
      stream.flushSync?.();
      room.clear();
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
      ended = true;
      release?.();
      room.leave();
      stream.off?.('drop', countDrop);
      for (const member of members) {
        guard(member);
        member.off?.('error', failed);
      }
    },
  };
  return tellingAll(stream, writer);
}

function isObject<T>(member: T | undefined): member is T {
  return typeof member === 'object' && member !== null;
}

/** Streams whose errors end no process, though nobody listens any more. */
const guarded = new WeakSet<TellingStream>();

/** Lines may come after the end, and an error of those before it late. */
function guard(stream: TellingStream): void {
  if (guarded.has(stream)) return;
  guarded.add(stream);
  stream.on?.('error', () => {});
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
