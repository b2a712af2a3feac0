import type { HttpFacts } from '../../model/http.js';

/** What a request line says. */
export function requestMessage(http: HttpFacts): string {
  return http.aborted ? 'request aborted' : 'request completed';
}

/** Seconds as milliseconds with three decimals. */
export function milliseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e3;
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
