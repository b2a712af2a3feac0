/** In bytes, so that a request line stays below 8 kB. */
const LONGEST = 5000;
/** In characters. */
const LONGEST_VALUE = 256;
const LONGEST_STACK = 2800;
const SHORTER_STACK = 700;

type Fields = Record<string, unknown>;

/** What a serializer made of an error, cut for a line whose length is limited. */
export function brief(serialized: Fields): Fields {
  if (typeof serialized !== 'object' || serialized === null) return serialized;
  const { type, message, stack, ...rest } = serialized;
  const least = { type: cut(type, LONGEST_VALUE), message: cut(message, LONGEST_VALUE) };
  const whole = { ...least, stack: cut(stack, LONGEST_STACK), ...cutAll(rest) };
  if (fits(whole)) return whole;
  const shorter = { ...least, stack: cut(stack, SHORTER_STACK) };
  return fits(shorter) ? shorter : least;
}

function cutAll(values: Fields): Fields {
  const entries = Object.entries(values).map(([key, one]) => [key, cut(one, LONGEST_VALUE)]);
  return Object.fromEntries(entries);
}

function cut(value: unknown, most: number): unknown {
  return typeof value === 'string' && value.length > most ? `${value.slice(0, most)}…` : value;
}

/** What cannot be written at all does not. */
function fits(value: Fields): boolean {
  try {
    return Buffer.byteLength(JSON.stringify(value)) <= LONGEST;
  } catch {
    return false;
  }
}
