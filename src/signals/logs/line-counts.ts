import type { Logger } from 'pino';
import type { RequestLine } from './format.js';
import { slotOf } from './pino-slots.js';

/** How many lines were written at each level. */
export interface LineCounts {
  /** By the names of the levels. */
  readonly byLevel: ReadonlyMap<string, number>;
  /** Counts from now on, or from the start on where the loggers are the user's. */
  enable(): void;
  start(): void;
  /** Gives the loggers back. */
  stop(): void;
  /** Counts lines of requests that do not go through a logger. */
  requestLine(write: RequestLine): RequestLine;
}

type Write = (this: Logger, fields: unknown, message: unknown, level: number) => void;
type Count = (logger: Logger, level: number) => void;

interface Watched {
  readonly counts: Set<Count>;
  restore(): void;
}

// Of the loggers, not of any Monitoring: each is watched once, whoever shares it.
const watched = new WeakMap<Logger, Watched>();

/**
 * Creates the counts of what some loggers and their children write. They all write through one
 * method, which is replaced while somebody counts; until then nothing is different.
 *
 * @param areGiven says that the loggers are not telltale's own, and left alone before the start.
 */
export function createLineCounts(loggers: readonly Logger[], areGiven = false): LineCounts {
  const byLevel = new Map<string, number>();
  let enabled = false;
  let counting = false;

  function count(logger: Logger, level: number): void {
    const name = logger.levels.labels[level] ?? String(level);
    byLevel.set(name, (byLevel.get(name) ?? 0) + 1);
  }

  function start(): void {
    if (!enabled || counting) return;
    counting = true;
    for (const logger of loggers) watch(logger, count);
  }

  return {
    byLevel,
    enable() {
      enabled = true;
      const names = loggers.flatMap((logger) => Object.keys(logger.levels.values));
      for (const name of names) byLevel.set(name, 0);
      if (!areGiven) start();
    },
    start,
    stop() {
      if (counting) for (const logger of loggers) leave(logger, count);
      counting = false;
    },
    requestLine: (write) =>
      function writeAndCountRequest(level, operation, http) {
        write(level, operation, http);
        if (counting) count(loggers[0] as Logger, level);
      },
  };
}

function watch(logger: Logger, count: Count): void {
  const slot = slotOf(logger, 'pino.write');
  if (slot === undefined) return;
  const state = watched.get(logger) ?? occupy(logger as unknown as Record<symbol, Write>, slot);
  watched.set(logger, state);
  state.counts.add(count);
}

function leave(logger: Logger, count: Count): void {
  const state = watched.get(logger);
  if (state === undefined || !state.counts.delete(count) || state.counts.size > 0) return;
  state.restore();
  watched.delete(logger);
}

function occupy(members: Record<symbol, Write>, slot: symbol): Watched {
  const counts = new Set<Count>();
  const write = members[slot] as Write;
  const isOwn = Object.hasOwn(members, slot);
  members[slot] = function writeAndCount(fields, message, level) {
    write.call(this, fields, message, level);
    for (const count of counts) count(this, level);
  };
  return {
    counts,
    restore() {
      if (isOwn) members[slot] = write;
      else delete members[slot];
    },
  };
}
