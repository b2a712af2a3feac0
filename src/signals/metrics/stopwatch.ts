/** Starts a watch; the function it returns tells `record` the seconds that went by, and gives them. */
export function startWatch<Args extends unknown[]>(
  record: (seconds: number, ...args: Args) => void,
): (...args: Args) => number {
  const start = performance.now();
  return function stop(...args) {
    const seconds = (performance.now() - start) / 1000;
    record(seconds, ...args);
    return seconds;
  };
}
