import type { Observer, Watcher } from '../model/observer.js';
import type { OperationType } from '../model/operation.js';
import type { Diagnostics } from './diagnostics.js';
import type { LiveOperation } from './operation.js';

/** Who is told about operations of one type, worked out once per type. */
export interface Plan {
  readonly type: OperationType;
  /** False when nobody is told, so that there is no need for the operation at all. */
  readonly watched: boolean;
  start(operation: LiveOperation): void;
  end(operation: LiveOperation): void;
  /** Tells one more observer from now on, if it watches the type. */
  join(observer: Observer): void;
  leave(observer: Observer): void;
}

/** Asks every observer whether it watches the type. Ends are told in reverse order. */
export function createPlan(
  type: OperationType,
  observers: readonly Observer[],
  diagnostics: Diagnostics,
): Plan {
  const starts: Step[] = [];
  const ends: Step[] = [];

  function join(observer: Observer): void {
    const watcher = watch(observer, type, diagnostics);
    if (watcher?.start) starts.push({ observer, tell: watcher.start.bind(watcher) });
    if (watcher?.end) ends.unshift({ observer, tell: watcher.end.bind(watcher) });
  }

  for (const observer of observers) join(observer);
  return {
    type,
    get watched() {
      return starts.length + ends.length > 0;
    },
    join,
    leave(observer) {
      remove(starts, observer);
      remove(ends, observer);
    },
    start: (operation) => tell(starts, operation, diagnostics),
    end: (operation) => tell(ends, operation, diagnostics),
  };
}

interface Step {
  readonly observer: Observer;
  readonly tell: (operation: LiveOperation) => void;
}

function remove(steps: Step[], observer: Observer): void {
  const at = steps.findIndex((step) => step.observer === observer);
  if (at !== -1) steps.splice(at, 1);
}

function watch(
  observer: Observer,
  type: OperationType,
  diagnostics: Diagnostics,
): Watcher | undefined {
  try {
    return observer.watch(type);
  } catch (error) {
    diagnostics.caught(observer.name, error);
    return undefined;
  }
}

function tell(steps: readonly Step[], operation: LiveOperation, diagnostics: Diagnostics): void {
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i] as Step;
    try {
      step.tell(operation);
    } catch (error) {
      diagnostics.caught(step.observer.name, error);
    }
  }
}
