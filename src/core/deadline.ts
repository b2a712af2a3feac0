/** A point in time by which work has to be done. */
export interface Deadline {
  /** When it is over, on the clock of `performance.now()`. */
  readonly end: number;
  /** Milliseconds until then; 0 when it is over. */
  left(): number;
  /** Rejects with a {@link LateError} when the time is over before `work` is done. */
  hold<T>(work: Promise<T> | T): Promise<T>;
}

/** Work was not done by its deadline. Whatever still comes of it is dropped. */
export class LateError extends Error {
  override readonly name = 'LateError';
}

/** Timers that are set to more than this fire at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Creates a deadline so many milliseconds from now. */
export function createDeadline(milliseconds: number): Deadline {
  const end = performance.now() + milliseconds;
  const left = (): number => Math.max(0, end - performance.now());
  return {
    end,
    left,
    async hold(work) {
      if (!(work instanceof Promise)) return work;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new LateError(`not done within ${Math.round(milliseconds)} ms`)),
          Math.min(left(), LONGEST_TIMER_MS),
        );
      });
      try {
        return await Promise.race([work, late]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
