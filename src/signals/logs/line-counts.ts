import { type Logger, symbols } from 'pino';
import type { RequestLine } from './format.js';

/** How many lines were written at each level. */
export interface LineCounts {
  /** Begins to count, and gives the counts by the names of the levels. */
  start(): ReadonlyMap<string, number>;
  /** Gives the loggers back. */
  stop(): void;
  /** Counts lines of requests that do not go through a logger. */
  requestLine(write: RequestLine): RequestLine;
}

type Write = (this: Logger, fields: unknown, message: unknown, level: number) => void;
type Count = (logger: Logger, level: number) => void;

interface Watched {
  readonly counters: Set<Count>;
  restore(): void;
}

// Of the loggers, not of any Monitoring: each is watched once, whoever shares it.
const watched = new WeakMap<Logger, Watched>();

/**
 * Creates the counts of what some loggers and their children write. They all write through one
 * method, which is replaced when counting starts; until then nothing is different.
 */
export function createLineCounts(loggers: readonly Logger[]): LineCounts {
  const counts = new Map<string, number>();
  const takeBack: (() => void)[] = [];

  function count(logger: Logger, level: number): void {
    const name = logger.levels.labels[level] ?? String(level);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }

  return {
    start() {
      for (const logger of loggers) {
        takeBack.push(watch(logger, count));
        for (const name of Object.keys(logger.levels.values)) counts.set(name, 0);
      }
      return counts;
    },
    stop() {
      for (const back of takeBack.splice(0)) back();
    },
    requestLine: (write) =>
      function writeAndCountRequest(level, operation, http) {
        write(level, operation, http);
        if (takeBack.length > 0) count(loggers[0] as Logger, level);
      },
  };
}

function watch(logger: Logger, count: Count): () => void {
  const state = watched.get(logger) ?? occupy(logger);
  watched.set(logger, state);
  state.counters.add(count);
  return () => {
    state.counters.delete(count);
    if (state.counters.size > 0) return;
    state.restore();
    watched.delete(logger);
  };
}

function occupy(logger: Logger): Watched {
  const members = logger as unknown as Record<symbol, unknown>;
  const write = members[symbols.writeSym] as Write;
  const isOwn = Object.hasOwn(members, symbols.writeSym);
  const counters = new Set<Count>();
  members[symbols.writeSym] = function writeAndCount(
    this: Logger,
    fields: unknown,
    message: unknown,
    level: number,
  ) {
    write.call(this, fields, message, level);
    for (const count of counters) count(this, level);
  };
  return {
    counters,
    restore() {
      if (isOwn) members[symbols.writeSym] = write;
      else delete members[symbols.writeSym];
    },
  };
}
