import { operationIn } from '../core/scope.js';
import type { Operation } from '../model/operation.js';

/** Where an error is met. */
export interface Place {
  readonly operation: Operation | undefined;
  /** Whether the error is what became of the operation, and not told of by what runs in it. */
  readonly ends: boolean;
}

/** Tells the same error, on its way up, from one that is thrown again later. */
export interface Propagation {
  /** The id that the error got when it was first met on this way; else it gets this one. */
  first(error: unknown, place: Place, id: string): string | undefined;
}

/** Where an object was met. The requests are held weakly: it may be made once and live for ever. */
interface Met {
  /** By request, or outermost operation. */
  readonly ids: WeakMap<object, string>;
  last: { readonly id: string; readonly rooted: boolean; readonly at: number };
}

/** A value on its way up, and the operation in which it was met last. */
interface Passing {
  readonly value: unknown;
  readonly id: string;
  readonly last: Operation;
}

/** An error whose request nobody knows any more is the same one for so long. */
const SAME_FOR_MS = 5000;

/**
 * Creates the memory of errors. One is met again on each floor of the calls that it passes, and
 * counted once; one that is made once, be it thrown again or waited for by many, is counted for each
 * request. An object is known by its identity. Any other value may be thrown in two places at once,
 * and is the same one only for what it passes on its way.
 */
export function createPropagation(): Propagation {
  const met = new WeakMap<object, Met>();
  const passing = new WeakMap<Operation, Passing>();

  function firstObject(error: object, root: object | undefined, id: string): string | undefined {
    const at = performance.now();
    const last = { id, rooted: root !== undefined, at };
    const before = met.get(error);
    if (before === undefined) {
      const ids = new WeakMap<object, string>();
      if (root !== undefined) ids.set(root, id);
      met.set(error, { ids, last });
      return undefined;
    }
    const known = knownId(before, root, at);
    if (known === undefined) before.last = last;
    if (root !== undefined) before.ids.set(root, known ?? id);
    return known;
  }

  function firstValue(value: unknown, { operation, ends }: Place, id: string): string | undefined {
    if (operation === undefined) return undefined;
    const before = passing.get(operation);
    const isKnown =
      before !== undefined && Object.is(before.value, value) && (ends || before.last !== operation);
    const now = { value, id: isKnown ? before.id : id, last: operation };
    for (const above of upFrom(operation)) passing.set(above, now);
    return isKnown ? before.id : undefined;
  }

  return {
    first(error, place, id) {
      const isObject = typeof error === 'object' ? error !== null : typeof error === 'function';
      return isObject
        ? firstObject(error as object, rootOf(place.operation), id)
        : firstValue(error, place, id);
    },
  };
}

function knownId({ ids, last }: Met, root: object | undefined, now: number): string | undefined {
  const known = root && ids.get(root);
  if (known !== undefined) return known;
  const isSame = (root === undefined || !last.rooted) && now - last.at < SAME_FOR_MS;
  return isSame ? last.id : undefined;
}

/** What stays the same while an error goes up: the request, or else the outermost operation. */
function rootOf(operation: Operation | undefined): object | undefined {
  let outermost = operation;
  for (const above of upFrom(operation)) outermost = above;
  return operation?.request ?? outermost;
}

/** An operation, the one around it, and so on. */
function* upFrom(operation: Operation | undefined): Generator<Operation> {
  for (let at = operation; at !== undefined; at = operationIn(at.parent)) yield at;
}
