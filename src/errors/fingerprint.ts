import { createHash } from 'node:crypto';
import type { DescribedError } from '../core/described-error.js';
import { type Frame, frameOf } from './frame.js';

/**
 * What errors of one cause have in common: their type, and the frames from where it was thrown to
 * the first of the application's own code. What called that does not count, so that it may be
 * reached by several routes. Where nothing of the application's is on the stack the message decides,
 * without what differs from one to the next.
 */
export function fingerprintOf({ type, message, stack }: DescribedError): string {
  const frames = framesTo(stack ?? '');
  const own = frames.at(-1)?.own === true;
  return digest([type, ...frames.map(({ text }) => text), own ? '' : steadyPart(message)]);
}

/** A fingerprint that the application has given. */
export function fingerprintFrom(text: string): string {
  return digest([text]);
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}

const MOST_FRAMES = 10;

function framesTo(stack: string): Frame[] {
  const frames: Frame[] = [];
  for (const line of stack.split('\n').slice(1)) {
    const frame = frameOf(line);
    if (frame === undefined) continue;
    frames.push(frame);
    if (frame.own || frames.length === MOST_FRAMES) break;
  }
  return frames;
}

const QUERY = /\?[^\s"')]*/g;
const UUID = /\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/gi;
const WITH_DIGIT = /[\w$]*\d[\w$]*/g;

/** The message without ids, numbers and query strings. */
function steadyPart(message: string): string {
  return message.replace(QUERY, '').replace(UUID, '#').replace(WITH_DIGIT, '#');
}
