import { type Logger, symbols } from 'pino';
import type { RequestLine } from './line.js';

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

  function watch(logger: Logger): void {
    const members = logger as unknown as Record<symbol, unknown>;
    const write = members[symbols.writeSym] as Write;
    const isOwn = Object.hasOwn(members, symbols.writeSym);
    members[symbols.writeSym] = function writeAndCount(
      this: Logger,
      fields: unknown,
      message: unknown,
      level: number,
    ) {
      write.call(this, fields, message, level);
      count(this, level);
    };
    takeBack.push(() => {
      if (isOwn) members[symbols.writeSym] = write;
      else delete members[symbols.writeSym];
    });
  }

  return {
    start() {
      for (const logger of loggers) {
        watch(logger);
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
