import { types } from 'node:util';
import { describeError } from './described-error.js';
import { redactSecrets } from './redact.js';
import { redactText } from './redact-text.js';

const DEEPEST = 4;
const MOST = 50;
const READ = 4096;

/**
 * A copy of what somebody wants to be shown: plain, without secrets, and of a size that can be sent.
 * Never throws; what cannot be read is left out.
 */
export function boundedCopy(value: unknown): Record<string, unknown> {
  const copy = copyOf(value, 0);
  return isObject(copy) && !Array.isArray(copy) ? redactSecrets(copy) : {};
}

function copyOf(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value.slice(0, READ));
  if (typeof value === 'bigint') return String(value);
  if (!isObject(value)) return isPlain(value) ? value : undefined;
  if (types.isNativeError(value)) return describeError(value).message;
  if (depth > DEEPEST) return '…';
  try {
    if (value instanceof Date) return value.toJSON();
    if (Array.isArray(value)) {
      return value.slice(0, MOST).map((item) => copyOf(item, depth + 1));
    }
    return entriesOf(value, depth);
  } catch {
    return undefined;
  }
}

function entriesOf(value: Record<string, unknown>, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value).slice(0, MOST)) {
    try {
      copy[redactText(key)] = copyOf(value[key], depth + 1);
    } catch {
      // A getter that throws has nothing to show.
    }
  }
  return copy;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object';
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value === 'number' || typeof value === 'boolean';
}
