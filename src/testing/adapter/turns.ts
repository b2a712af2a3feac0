/** Lets work run side by side, or all by itself. */
export interface Turns {
  shared<T>(work: () => Promise<T>): Promise<T>;
  /** Runs `work` when nothing else does, and lets nothing else begin before it is done. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

/** Creates turns, in the order in which they are asked for, of which `most` may run side by side. */
export function createTurns(most: number): Turns {
  const waiting: { places: number; begin: () => void }[] = [];
  let free = most;

  function beginNext(): void {
    for (let next = waiting[0]; next !== undefined && next.places <= free; next = waiting[0]) {
      waiting.shift();
      free -= next.places;
      next.begin();
    }
  }

  async function take<T>(places: number, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((begin) => {
      waiting.push({ places, begin });
      beginNext();
    });
    try {
      return await work();
    } finally {
      free += places;
      beginNext();
    }
  }

  return {
    shared: (work) => take(1, work),
    alone: (work) => take(most, work),
  };
}
