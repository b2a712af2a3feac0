/** Whether a value will only be there later. What throws when it is asked is taken as it is. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  try {
    return typeof (value as unknown as PromiseLike<unknown>).then === 'function';
  } catch {
    return false;
  }
}
