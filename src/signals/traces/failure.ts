import { types } from 'node:util';
import type { Exception } from '@opentelemetry/api';
import { redactError } from '../../core/redact.js';

/** What a span is told of something that was thrown. */
export interface Failure {
  readonly exception: Exception;
  /** The value of `error.type`. */
  readonly type: string;
  readonly message: string;
}

/**
 * Reads whatever was thrown, once and now: SDKs read errors without care, and some only later. What
 * cannot be read is left out, and so are secrets.
 */
export function failureOf(original: unknown): Failure {
  if (!isError(original)) {
    const text = attempt(() => String(original)) ?? 'unreadable';
    const message = String(redactError(text));
    return { exception: message, type: '_OTHER', message };
  }
  const thrown = redactError(original) as Error;
  const read = (key: string): string | undefined =>
    attempt(() => {
      const value: unknown = thrown[key as keyof Error];
      return value === undefined || value === null ? undefined : String(value);
    });
  const name = read('name') || 'Error';
  const message = read('message') ?? '';
  const code = read('code');
  const stack = read('stack');
  return {
    exception: { name, message, ...(code && { code }), ...(stack && { stack }) },
    type: name,
    message,
  };
}

function isError(thrown: unknown): thrown is Error {
  return types.isNativeError(thrown) || attempt(() => thrown instanceof Error) === true;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
