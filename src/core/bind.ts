import type { Operation } from '../model/operation.js';
import type { Diagnostics } from './diagnostics.js';
import type { LiveOperation } from './operation.js';
import { redactSecrets } from './redact.js';
import { operationIn, type Scopes } from './scope.js';

/** Fields of log lines. */
export type Fields = Record<string, unknown>;

/** Of one operation. */
const MOST_FIELDS = 32;
const LONGEST_TEXT = 256;

/** Adds fields to what the current operation and everything in it logs from now on. */
export type Bind = (fields: Readonly<Fields>) => void;

/**
 * Creates the `bind` of one Monitoring. Operations hold a copy of what they are given: a line that
 * is written later says what was so then.
 */
export function createBind(scopes: Scopes, diagnostics: Diagnostics): Bind {
  return function bind(fields) {
    try {
      const operation = operationIn(scopes.active());
      if (operation === undefined) return;
      if (!isPlain(fields))
        throw new TypeError(`bind: expected an object of fields, got ${nameOf(fields)}`);
      operation.bound = boundWith(operation, fields, refuse);
    } catch (error) {
      diagnostics.caught('bind', error);
    }
  };

  function refuse(key: string): void {
    const reason = `more than ${MOST_FIELDS} fields are bound to one operation, such as "${key.slice(0, 60)}"`;
    diagnostics.caught('bind', new RangeError(reason));
  }
}

/**
 * All fields that are bound around and to an operation; the nearest of the same name counts, and
 * where that is `undefined` there is none.
 */
export function boundTo(operation: Operation | undefined): Readonly<Fields> | undefined {
  let nearest: Readonly<Fields> | undefined;
  let all: Fields | undefined;
  for (
    let at = operation as LiveOperation | undefined;
    at !== undefined;
    at = operationIn(at.parent)
  ) {
    if (at.bound === undefined) continue;
    if (nearest === undefined) nearest = at.bound;
    else all = { ...at.bound, ...(all ?? nearest) };
  }
  return all === undefined ? nearest : withoutTakenBack(all);
}

function withoutTakenBack(fields: Fields): Fields {
  for (const key in fields) if (fields[key] === undefined) delete fields[key];
  return fields;
}

function boundWith(
  operation: LiveOperation,
  given: Readonly<Fields>,
  refuse: (key: string) => void,
): Fields {
  const { bound: before } = operation;
  const bound: Fields = Object.create(null);
  let room = MOST_FIELDS;
  for (const key in before) {
    bound[key] = before[key];
    if (before[key] !== undefined) room--;
  }
  const clean = redactSecrets({ ...given });
  for (const key of Object.keys(clean)) {
    const kept = copyOf(clean[key]);
    const isNew = bound[key] === undefined;
    if (kept === undefined) {
      if (!isNew) room++;
      if (isBoundAbove(operation, key)) bound[key] = undefined;
      else delete bound[key];
    } else if (isNew && room === 0) {
      refuse(key);
    } else {
      if (isNew) room--;
      bound[key] = kept;
    }
  }
  return bound;
}

function isBoundAbove(operation: LiveOperation, key: string): boolean {
  return boundTo(operationIn(operation.parent))?.[key] !== undefined;
}

/** Of this or another realm, whose prototypes are not ours. */
function isPlain(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null;
}

function nameOf(value: unknown): string {
  return String((value as object | null | undefined)?.constructor.name ?? value);
}

/** A value as a line will have it; undefined for what no line can have. */
function copyOf(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return cut(value);
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return String(value);
    case 'object':
      return snapshotOf(value);
    default:
      return undefined;
  }
}

function snapshotOf(value: unknown): unknown {
  try {
    const text = JSON.stringify(value);
    return text.length > LONGEST_TEXT ? cut(text) : JSON.parse(text);
  } catch {
    return '[unreadable]';
  }
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
