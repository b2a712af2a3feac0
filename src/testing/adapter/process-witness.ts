import { AsyncLocalStorage } from 'node:async_hooks';

/** What reached the process itself, past all handlers, from one piece of work. */
export interface ProcessWitness {
  /** Uncaught exceptions and unhandled rejections. */
  readonly failures: readonly string[];
  readonly warnings: readonly string[];
  /** Runs `fn`; whatever it starts is told to this witness and to no other. */
  within<T>(fn: () => T): T;
  /** Gives the process back the listeners that it had, with the last witness. */
  stop(): void;
}

interface Notes {
  failures: string[];
  warnings: string[];
}

type Listener = (...args: unknown[]) => void;

const EVENTS = ['uncaughtException', 'unhandledRejection', 'warning'] as const;

const current = new AsyncLocalStorage<Notes>();
const active = new Set<Notes>();
let giveBack: (() => void) | undefined;

/**
 * Takes the place of the process's own listeners until it is stopped, so that an exception that
 * nobody catches is an observation and not the end of the test run. Several may be at work at once.
 */
export function witnessProcess(): ProcessWitness {
  const notes: Notes = { failures: [], warnings: [] };
  active.add(notes);
  giveBack ??= takeListeners();
  return {
    ...notes,
    within: (fn) => current.run(notes, fn),
    stop() {
      active.delete(notes);
      if (active.size > 0) return;
      giveBack?.();
      giveBack = undefined;
    },
  };
}

function takeListeners(): () => void {
  const kept = EVENTS.map((event) => [event, process.listeners(event as 'warning')] as const);
  for (const event of EVENTS) process.removeAllListeners(event);
  process.on('uncaughtException', (error) => tell('failures', `uncaught ${describeError(error)}`));
  process.on('unhandledRejection', (error) => tell('failures', `rejected ${describeError(error)}`));
  process.on('warning', (warning) => tell('warnings', describeError(warning)));
  return () => {
    for (const [event, listeners] of kept) {
      process.removeAllListeners(event);
      for (const listener of listeners) process.on(event, listener as Listener);
    }
  };
}

/** What cannot be laid at one door is laid at every one. */
function tell(kind: keyof Notes, text: string): void {
  const notes = current.getStore();
  for (const one of notes === undefined ? active : [notes]) one[kind].push(text);
}

/** An error by its name, code and message. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message } = error;
  const code = (error as NodeJS.ErrnoException).code;
  return `${name}${code === undefined ? '' : ` ${code}`}: ${message}`;
}
