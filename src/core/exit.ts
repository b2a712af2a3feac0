const flushers = new Set<() => void>();

/**
 * Runs `flush` when the process exits. All share one listener, since Node warns of more than ten.
 * Returns what takes it back.
 */
export function atExit(flush: () => void): () => void {
  if (flushers.size === 0) process.on('exit', runAll);
  flushers.add(flush);
  return () => {
    flushers.delete(flush);
    if (flushers.size === 0) process.off('exit', runAll);
  };
}

function runAll(): void {
  for (const flush of flushers) flush();
}
