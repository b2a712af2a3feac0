/**
 * Calls `fn` after so many milliseconds, and after what has arrived by then has been read: when the
 * event loop was blocked, an answer that came in time is not late. Returns what calls it off.
 *
 * @param awaited whether somebody waits for it, so that the process must not end before.
 */
export function after(milliseconds: number, fn: () => void, awaited: boolean): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    immediate = setImmediate(fn);
  }, milliseconds);
  if (!awaited) timer.unref();
  return function callOff() {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
