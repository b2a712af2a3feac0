import { boundedCopy } from '../core/bounded.js';
import { read } from '../core/read.js';
import { redactText } from '../core/redact-text.js';
import type { ErrorContext, ErrorLevel, ErrorReport } from './report.js';

/** The context of an error as it may be shown. */
export interface ReadContext extends Pick<ErrorReport, 'handled' | 'level'> {
  readonly route: string | undefined;
  readonly fingerprint: string | undefined;
  readonly tags?: Record<string, unknown>;
  readonly extra?: Record<string, unknown>;
  readonly user?: Record<string, unknown>;
}

const LEVELS: readonly unknown[] = ['fatal', 'error', 'warn', 'info'] satisfies ErrorLevel[];

/** Reads what somebody gave as a context. What is none of it is passed over, as is what throws. */
export function readContext(given: ErrorContext): ReadContext {
  const handled = read(given, 'handled');
  const level = read(given, 'level');
  return {
    handled: typeof handled === 'boolean' ? handled : true,
    level: LEVELS.includes(level) ? (level as ErrorLevel) : 'error',
    route: textOf(read(given, 'route')),
    fingerprint: textOf(read(given, 'fingerprint')),
    ...copied(given, 'tags'),
    ...copied(given, 'extra'),
    ...copied(given, 'user'),
  };
}

function copied(given: ErrorContext, key: 'tags' | 'extra' | 'user'): object {
  const value = read(given, key);
  return typeof value === 'object' && value !== null ? { [key]: boundedCopy(value) } : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? redactText(value.slice(0, READ)) : undefined;
}

const READ = 4096;
