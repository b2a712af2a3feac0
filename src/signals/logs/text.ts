import type { HttpFacts } from '../../model/http.js';

/** What a request line says. */
export function requestMessage(http: HttpFacts): string {
  return http.aborted ? 'request aborted' : 'request completed';
}

/** Seconds as milliseconds with three decimals. */
export function milliseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e3;
}

/** The same as text. Of a number that is not whole it would take four times as long. */
export function millisecondsText(seconds: number): string {
  const micros = Math.round(seconds * 1e6);
  const whole = Math.floor(micros / 1000);
  const rest = micros - whole * 1000;
  if (rest % 10 === 0) return String(micros / 1000);
  return `${whole}.${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}`;
}

const LONGEST_VALUE = 256;

/** Keeps a line readable, and a hostile path from filling the disk. */
export function shorten(value: string): string {
  return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
}

// Most values are plain ASCII, for which looking is cheaper than quoting.
const NEEDS_CARE = /[^ !#-[\]-~]/;

/** A text as JSON. */
export function quoted(value: string): string {
  return NEEDS_CARE.test(value) ? JSON.stringify(value) : `"${value}"`;
}
