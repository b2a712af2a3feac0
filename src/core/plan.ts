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
}

/** Asks every observer whether it watches the type. Ends are told in reverse order. */
export function createPlan(
  type: OperationType,
  observers: readonly Observer[],
  diagnostics: Diagnostics,
): Plan {
  const starts: Step[] = [];
  const ends: Step[] = [];
  for (const observer of observers) {
    const watcher = watch(observer, type, diagnostics);
    if (watcher?.start) starts.push({ part: observer.name, tell: watcher.start.bind(watcher) });
    if (watcher?.end) ends.unshift({ part: observer.name, tell: watcher.end.bind(watcher) });
  }
  return {
    type,
    watched: starts.length + ends.length > 0,
    start: (operation) => tell(starts, operation, diagnostics),
    end: (operation) => tell(ends, operation, diagnostics),
  };
}

interface Step {
  readonly part: string;
  readonly tell: (operation: LiveOperation) => void;
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
      diagnostics.caught(step.part, error);
    }
  }
}
