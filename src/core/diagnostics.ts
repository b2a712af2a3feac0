/** A fault inside telltale. It never reaches the application; it is counted and reported. */
export interface Fault {
  /** The part that failed, such as `logs` or `checks/disk`. */
  readonly part: string;
  readonly error: unknown;
  /** Whether this is the first fault of its part: only that one is worth a log line. */
  readonly first: boolean;
}

/** Where every part of telltale takes what it caught. */
export interface Diagnostics {
  caught(part: string, error: unknown): void;
  listen(listener: (fault: Fault) => void): void;
}

/** Creates the diagnostics of one Monitoring. */
export function createDiagnostics(): Diagnostics {
  const seen = new Set<string>();
  const listeners: ((fault: Fault) => void)[] = [];
  return {
    caught(part, error) {
      const first = !seen.has(part);
      seen.add(part);
      for (const listener of listeners) {
        try {
          listener({ part, error, first });
        } catch {
          // A listener that fails has nobody left to tell.
        }
      }
    },
    listen(listener) {
      listeners.push(listener);
    },
  };
}
