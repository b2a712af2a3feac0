import { stdSerializers } from 'pino';
import { redactError } from '../../core/redact.js';

/** In bytes, so that a request line stays below 8 kB. */
const LONGEST = 5000;
/** In characters. */
const LONGEST_VALUE = 256;
const LONGEST_STACK = 4000;
const SHORTER_STACK = 700;

/** An error as JSON without secrets, for a line whose length is limited. */
export function errorText(error: unknown): string {
  const clean = redactError(error);
  const given = clean instanceof Error ? stdSerializers.err(clean) : clean;
  if (typeof given !== 'object' || given === null) return textOf(cut(given, LONGEST_VALUE)) ?? '""';
  const { type, message, stack, ...rest } = given as Record<string, unknown>;
  const brief = { type: cut(type, LONGEST_VALUE), message: cut(message, LONGEST_VALUE) };
  const whole = { ...brief, stack: cut(stack, LONGEST_STACK), ...shortenAll(rest) };
  const shorter = { ...brief, stack: cut(stack, SHORTER_STACK) };
  return textOf(whole) ?? textOf(shorter) ?? textOf(brief) ?? '{}';
}

function shortenAll(values: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(values).map(([key, one]) => [key, cut(one, LONGEST_VALUE)]);
  return Object.fromEntries(entries);
}

function cut(value: unknown, most: number): unknown {
  return typeof value === 'string' && value.length > most ? `${value.slice(0, most)}…` : value;
}

/** Undefined when it is too long, or cannot be written at all. */
function textOf(value: unknown): string | undefined {
  try {
    const text = JSON.stringify(value);
    return text === undefined || Buffer.byteLength(text) > LONGEST ? undefined : text;
  } catch {
    return undefined;
  }
}
