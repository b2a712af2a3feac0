/** Starts a watch; the function it returns reads the seconds that went by. */
export function startWatch(): () => number {
  const start = performance.now();
  return () => (performance.now() - start) / 1000;
}
