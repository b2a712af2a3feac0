/** A point in time by which work has to be done. */
export interface Deadline {
  /** Rejects when the time is over before `work` is done. Whatever comes later is dropped. */
  hold<T>(work: Promise<T> | T): Promise<T>;
}

/** Creates a deadline so many milliseconds from now. */
export function createDeadline(milliseconds: number): Deadline {
  const end = performance.now() + milliseconds;
  return {
    async hold(work) {
      if (!(work instanceof Promise)) return work;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new Error(`not done within ${milliseconds} ms`)),
          Math.max(0, end - performance.now()),
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
