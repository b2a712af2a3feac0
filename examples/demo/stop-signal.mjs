const PARENT_CHECK_MS = 500;

/** An AbortSignal that aborts when the demo is told to end, in any of the ways there are. */
export function createStopSignal() {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(name, stop);
  // Whoever reads has gone, as in `| head`.
  process.stdout.on('error', stop);
  // SIGTERM for `npm run` ends npm and its shell, and does not reach what they run.
  if (process.env.npm_lifecycle_event !== undefined) {
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && stop(), PARENT_CHECK_MS).unref();
  }
  return stopping.signal;
}
