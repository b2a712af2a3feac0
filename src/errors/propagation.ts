/** Tells the same error, on its way up, from one that is thrown again later. */
export interface Propagation {
  /** The id that the error got when it was first met on this way; else it gets this one. */
  first(error: unknown, root: object | undefined, id: string): string | undefined;
}

/** An error whose request nobody knows any more is the same one for so long. */
const SAME_FOR_MS = 5000;

/**
 * Creates the memory of errors. An object is met again on each floor of the calls that it passes,
 * and counted once; one that is made once and thrown by many requests is counted for each.
 */
export function createPropagation(): Propagation {
  const met = new WeakMap<object, { id: string; root: object | undefined; at: number }>();
  return {
    first(error, root, id) {
      if (error === null || (typeof error !== 'object' && typeof error !== 'function')) return;
      const before = met.get(error);
      const now = performance.now();
      if (before !== undefined) {
        const same =
          root !== undefined && before.root !== undefined
            ? root === before.root
            : now - before.at < SAME_FOR_MS;
        if (same) return before.id;
      }
      met.set(error, { id, root, at: now });
      return undefined;
    },
  };
}
