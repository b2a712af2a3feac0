const listeners = new Map<NodeJS.Signals, Set<() => void>>();

/**
 * Calls `listener` whenever the process is sent the signal, which then no longer does what it does
 * by itself. All share one listener of the process for each signal. Returns what takes it back.
 */
export function onSignal(signal: NodeJS.Signals, listener: () => void): () => void {
  let all = listeners.get(signal);
  if (all === undefined) {
    all = new Set();
    listeners.set(signal, all);
    process.on(signal, tellAll);
  }
  all.add(listener);
  return function forget() {
    if (!all.delete(listener) || all.size > 0) return;
    listeners.delete(signal);
    process.off(signal, tellAll);
  };
}

function tellAll(signal: NodeJS.Signals): void {
  for (const listener of listeners.get(signal) ?? []) listener();
}
