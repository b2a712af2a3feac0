import { inspect, types } from 'node:util';
import { read } from './read.js';
import { redactSecrets } from './redact.js';
import { redactText } from './redact-text.js';

/** What was thrown, as far as people may see it: bounded, and without secrets. */
export interface DescribedError {
  /** Its `name`, or else that of its class; `NonError` for what is no error. */
  readonly type: string;
  /** On one line, at most 256 characters. */
  readonly message: string;
  /** Type, message and at most 50 frames; absent where nothing has any. */
  readonly stack?: string;
  /** What it says of itself besides, such as `code`: texts, numbers and booleans, at most 20. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly cause?: DescribedError;
  /** The parts of an AggregateError. */
  readonly errors?: readonly DescribedError[];
  /** Whether these texts are its own to the letter: nothing was cut or taken out. */
  readonly intact: boolean;
}

/** Of one error with all that it names: its causes, its parts, and theirs. */
const MOST_ERRORS = 24;
const MOST_PARTS = 10;
const MOST_FRAMES = 50;
const MOST_FIELDS = 20;
/** More than is ever shown; reading all of a text of megabytes would take as long as it is. */
const READ = 4096;
const READ_STACK = 32_768;

/** Describes anything that can be thrown. Runs getters of it, and never throws. */
export function describeError(thrown: unknown): DescribedError {
  return describe(thrown, new Set());
}

function describe(thrown: unknown, seen: Set<unknown>): DescribedError {
  seen.add(thrown);
  if (!isErrorLike(thrown)) return describeValue(thrown);
  const type = typeOf(thrown);
  const raw = textOf(read(thrown, 'message'));
  const message = shown(raw);
  const lines = framesOf(read(thrown, 'stack'), raw);
  const frames = lines.map((line) => `    ${redactText(line)}`);
  const fields = fieldsOf(thrown);
  const next = (value: unknown): DescribedError | undefined =>
    seen.size < MOST_ERRORS && !seen.has(value) ? describe(value, seen) : undefined;
  const given = read(thrown, 'cause');
  const cause = given === undefined || given === null ? undefined : next(given);
  const parts = partsOf(thrown).flatMap((part) => next(part) ?? []);
  const own = raw === message && frames.every((line, i) => line === `    ${lines[i]}`);
  return {
    type,
    message,
    ...(frames.length > 0 && { stack: [headOf(type, message), ...frames].join('\n') }),
    ...(Object.keys(fields).length > 0 && { fields }),
    ...(cause && { cause }),
    ...(parts.length > 0 && { errors: parts }),
    intact: own && cause?.intact !== false && parts.every(({ intact }) => intact),
  };
}

function describeValue(value: unknown): DescribedError {
  const raw = typeof value === 'string' ? value : safeInspect(value);
  const message = shown(raw);
  return { type: NO_ERROR, message, intact: message === raw };
}

/** What is thrown without being an error. */
const NO_ERROR = 'NonError';

/** An error that says what a description does, for whoever takes errors only. */
export function errorFrom({ type, message, stack, fields, cause, errors }: DescribedError): Error {
  const error = new Error(message, cause && { cause: errorFrom(cause) });
  // Serializers name an error by its class, and only without one by its name.
  for (const [key, value] of [
    ['name', type],
    ['constructor', undefined],
    ['stack', stack ?? headOf(type, message)],
  ]) {
    Object.defineProperty(error, key as string, { value, configurable: true, writable: true });
  }
  return Object.assign(error, fields, errors && { errors: errors.map(errorFrom) });
}

function headOf(type: string, message: string): string {
  return message === '' ? type : `${type}: ${message}`;
}

/** Errors of any realm, and what only looks like one. */
function isErrorLike(value: unknown): value is object {
  if (value === null || typeof value !== 'object') return false;
  return types.isNativeError(value) || typeof read(value, 'message') === 'string';
}

const IDENTIFIER = /^[A-Za-z_$][\w$]{0,63}$/;

function typeOf(error: object): string {
  const name = read(error, 'name');
  const made = read(read(error, 'constructor'), 'name');
  const fitting = [name, made].filter((one) => IDENTIFIER.test(textOf(one)));
  return textOf(fitting.find((one) => one !== 'Error') ?? 'Error');
}

function framesOf(stack: unknown, message: string): string[] {
  if (typeof stack !== 'string') return [];
  // What stands in a message may look like a frame.
  const at = message === '' ? -1 : stack.indexOf(message);
  const start = at === -1 ? 0 : at + message.length;
  return (
    stack
      .slice(start, start + READ_STACK)
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, MOST_FRAMES)
      // The `@` of a package's scope would make a user of what is before it.
      .map((line) => line.trim().replaceAll('file://', ''))
  );
}

const TOLD_ELSEWHERE = new Set(['name', 'message', 'stack', 'cause', 'errors']);

function fieldsOf(error: object): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const key of keysOf(error).slice(0, MOST_FIELDS)) {
    const value = TOLD_ELSEWHERE.has(key) ? undefined : read(error, key);
    if (typeof value === 'string') fields[key] = shown(value);
    else if (typeof value === 'number' || typeof value === 'boolean') fields[key] = value;
  }
  return redactSecrets(fields);
}

function keysOf(value: object): string[] {
  try {
    return Object.keys(value);
  } catch {
    return [];
  }
}

function partsOf(error: object): unknown[] {
  const parts = read(error, 'errors');
  try {
    return Array.isArray(parts) ? parts.slice(0, MOST_PARTS) : [];
  } catch {
    return [];
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function shown(text: string): string {
  return redactText(text.slice(0, READ));
}

function safeInspect(value: unknown): string {
  try {
    return inspect(value, {
      depth: 1,
      customInspect: false,
      maxArrayLength: 10,
      maxStringLength: READ,
      breakLength: Number.POSITIVE_INFINITY,
    });
  } catch {
    return typeof value;
  }
}
