import type { Operation } from '../model/operation.js';
import type { Diagnostics } from './diagnostics.js';
import { type LiveOperation, OPERATION } from './operation.js';
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
      if (operation !== undefined) operation.bound = boundWith(operation.bound, fields, refuse);
    } catch (error) {
      diagnostics.caught('bind', error);
    }
  };

  function refuse(key: string): void {
    const reason = `more than ${MOST_FIELDS} fields are bound to one operation, such as "${key.slice(0, 60)}"`;
    diagnostics.caught('bind', new RangeError(reason));
  }
}

/** All fields that are bound around and to an operation; the nearest of the same name counts. */
export function boundTo(operation: Operation | undefined): Readonly<Fields> | undefined {
  let found: Readonly<Fields> | undefined;
  let at = operation as LiveOperation | undefined;
  while (at !== undefined) {
    if (at.bound !== undefined) found = found === undefined ? at.bound : { ...at.bound, ...found };
    at = at.parent?.getValue(OPERATION) as LiveOperation | undefined;
  }
  return found;
}

function boundWith(
  before: Readonly<Fields> | undefined,
  given: Readonly<Fields>,
  refuse: (key: string) => void,
): Fields {
  const bound: Fields = Object.assign(Object.create(null), before);
  let room = MOST_FIELDS - Object.keys(bound).length;
  for (const [key, value] of Object.entries(redactSecrets({ ...given }))) {
    const kept = copyOf(value);
    if (kept === undefined) {
      if (key in bound) room++;
      delete bound[key];
      continue;
    }
    if (key in bound || room-- > 0) bound[key] = kept;
    else refuse(key);
  }
  return bound;
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
