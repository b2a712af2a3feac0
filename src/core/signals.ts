import { constants } from 'node:os';

/** What is ended by a signal. */
export interface Endable {
  /** Never rejects. */
  end(): Promise<void>;
  /** The code that the process is to exit with then; `undefined` leaves it running. */
  exitCode(): number | undefined;
}

// A process has one set of signals, and all that runs in it is ended by any of them.
const endables = new Map<Endable, readonly NodeJS.Signals[]>();
const caught = new Set<NodeJS.Signals>();
let ending = false;

/**
 * Ends `endable`, and then the process, at the first of these signals; at the second the process
 * ends at once. All share one listener for each signal. Returns what takes it back.
 */
export function endOn(signals: readonly NodeJS.Signals[], endable: Endable): () => void {
  endables.set(endable, signals);
  listen();
  return () => {
    endables.delete(endable);
    listen();
  };
}

/** Listens to the signals that anybody wants, and to no other. */
function listen(): void {
  const wanted = new Set([...endables.values()].flat());
  for (const signal of wanted) if (!caught.has(signal)) process.on(signal, onSignal);
  for (const signal of caught) if (!wanted.has(signal)) process.off(signal, onSignal);
  caught.clear();
  for (const signal of wanted) caught.add(signal);
  if (wanted.size === 0) ending = false;
}

async function onSignal(signal: NodeJS.Signals): Promise<void> {
  if (ending) process.exit(128 + constants.signals[signal]);
  ending = true;
  const all = [...endables.keys()];
  await Promise.all(all.map((endable) => endable.end()));
  const codes = all.flatMap((endable) => endable.exitCode() ?? []);
  if (codes.length > 0) process.exit(process.exitCode ?? Math.max(...codes));
}
