import type { Observer } from '../model/observer.js';
import type { LabelValues, OperationInit, OperationType } from '../model/operation.js';
import type { Diagnostics } from './diagnostics.js';
import { LiveOperation } from './operation.js';
import { createPlan, type Plan } from './plan.js';
import { isPromiseLike, telling } from './promise.js';
import type { Scopes } from './scope.js';

/** Begins operations and tells the observers about them. */
export interface Operations {
  /** Who is told about a type; kept by callers that begin the same type again and again. */
  plan(type: OperationType): Plan;
  /** Tells one more observer of what begins or ends from now on. Returns what stops that. */
  join(observer: Observer): () => void;
  /** Begins an operation below the current scope. */
  begin<Label extends string>(
    type: OperationType<Label>,
    init?: OperationInit<Label>,
  ): LiveOperation;
  /** Runs `fn` as an operation: current while it runs, ended when it, or its promise, is done. */
  observe<Label extends string, T>(
    type: OperationType<Label>,
    init: OperationInit<Label>,
    fn: (operation: LiveOperation) => T,
  ): T;
}

/** Creates the operations of one Monitoring. The observers start in order and end in reverse. */
export function createOperations(
  observers: readonly Observer[],
  scopes: Scopes,
  diagnostics: Diagnostics,
): Operations {
  // Kept for as long as the types live: types are declared once, at module level.
  const plans = new Map<OperationType, Plan>();
  const joined = new Set<Observer>();

  function plan(type: OperationType): Plan {
    let known = plans.get(type);
    if (known === undefined) {
      known = createPlan(type, [...observers, ...joined], diagnostics);
      plans.set(type, known);
    }
    return known;
  }

  function begin<Label extends string>(
    type: OperationType<Label>,
    init: OperationInit<Label> = {},
  ): LiveOperation {
    return new LiveOperation(
      plan(type),
      init.name ?? type.name,
      completeLabels(type, init.labels),
      scopes.active(),
      undefined,
      init.attributes && { ...init.attributes },
    );
  }

  function observe<Label extends string, T>(
    type: OperationType<Label>,
    init: OperationInit<Label>,
    fn: (operation: LiveOperation) => T,
  ): T {
    const operation = begin(type, init);
    try {
      const result = scopes.run(operation, () => fn(operation));
      if (isPromiseLike(result)) {
        return telling(
          result,
          () => operation.end('ok'),
          (error) => operation.end('error', error),
        ) as T;
      }
      operation.end('ok');
      return result;
    } catch (error) {
      operation.end('error', error);
      throw error;
    }
  }

  function join(observer: Observer): () => void {
    joined.add(observer);
    for (const known of plans.values()) known.join(observer);
    return () => {
      joined.delete(observer);
      for (const known of plans.values()) known.leave(observer);
    };
  }

  return { plan, join, begin, observe };
}

function completeLabels(
  type: OperationType,
  given: Partial<Record<string, string | number | boolean>> | undefined,
): LabelValues<string> {
  const labels: LabelValues<string> = {};
  for (const label of type.labels) {
    const value = given?.[label];
    labels[label] = value === undefined ? '' : String(value);
  }
  return labels;
}
