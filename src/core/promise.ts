/** Whether a value will only be there later. What throws when it is asked is taken as it is. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  try {
    return typeof (value as unknown as PromiseLike<unknown>).then === 'function';
  } catch {
    return false;
  }
}

/**
 * Tells how a promise settles. Gives the continued promise, for the caller: a rejection that is
 * forgotten there stays an unhandled one.
 */
export function telling(
  promise: PromiseLike<unknown>,
  fulfilled: () => void,
  rejected: (error: unknown) => void,
): unknown {
  const continued: unknown = promise.then(
    (value) => {
      fulfilled();
      return value;
    },
    (error) => {
      rejected(error);
      throw error;
    },
  );
  // Not every `then` returns something.
  return isPromiseLike(continued) ? continued : promise;
}
