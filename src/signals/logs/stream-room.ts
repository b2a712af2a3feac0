import { MOST } from './writer.js';

/** What tells how much waits in a stream: Node's by a number, SonicBoom and others by events. */
export interface TellingStream {
  readonly writableLength?: number;
  on?(event: string, listener: (value: unknown) => void): unknown;
  off?(event: string, listener: (value: unknown) => void): unknown;
}

/** Whether a stream that is stuck may be given more. */
export interface StreamRoom {
  has(line: string): boolean;
  /** Is told of a line that was written, and whether the stream said that it is full. */
  took(line: string, isFull: boolean): void;
  /** Nothing waits any more. */
  clear(): void;
  leave(): void;
}

/** Chooses by what the stream tells; one that tells nothing is trusted to have a bound of its own. */
export function buildStreamRoom(stream: TellingStream): StreamRoom {
  if (typeof stream.writableLength === 'number') return { ...trust, has: buildHasByLength(stream) };
  return typeof stream.on === 'function' ? createRoomByEvents(stream) : { ...trust };
}

const trust: StreamRoom = { has: () => true, took() {}, clear() {}, leave() {} };

function buildHasByLength(stream: TellingStream): StreamRoom['has'] {
  return function hasByLength(line) {
    return Number(stream.writableLength) + line.length <= MOST;
  };
}

/** Bytes that were written since the stream was full, but for those that it has passed on. */
function createRoomByEvents(stream: TellingStream): StreamRoom {
  let isFull = false;
  let waiting = 0;
  let listens = true;

  function clear(): void {
    isFull = false;
    waiting = 0;
  }

  const listeners: Record<string, (value: unknown) => void> = {
    drain: clear,
    // SonicBoom's: so many bytes are written.
    write: (bytes) => subtract(Number(bytes) || 0),
    // SonicBoom's: a line is beyond its own bound, and does not wait.
    drop: (line) => subtract(Buffer.byteLength(String(line))),
  };

  function subtract(bytes: number): void {
    waiting = Math.max(0, waiting - bytes);
  }

  for (const [event, listener] of Object.entries(listeners)) stream.on?.(event, listener);
  return {
    has: (line) => waiting + line.length <= MOST,
    took(line, saysFull) {
      isFull ||= saysFull && listens;
      if (isFull) waiting += Buffer.byteLength(line);
    },
    clear,
    leave() {
      listens = false;
      clear();
      for (const [event, listener] of Object.entries(listeners)) stream.off?.(event, listener);
    },
  };
}
