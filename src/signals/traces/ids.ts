import { randomFillSync } from 'node:crypto';

// Random bytes are drawn in bulk and read off as text: one call to the system per few hundred ids.
const POOL_BYTES = 4096;
const pool = Buffer.allocUnsafe(POOL_BYTES);
let hex = '';
let next = Number.POSITIVE_INFINITY;

function take(digits: number): string {
  if (next + digits > hex.length) {
    hex = randomFillSync(pool).toString('hex');
    next = 0;
  }
  const id = hex.slice(next, next + digits);
  next += digits;
  return isZero(id) ? take(digits) : id;
}

// W3C forbids ids of zeros only.
function isZero(id: string): boolean {
  return id.charCodeAt(0) === 48 && /^0+$/.test(id);
}

/** 32 random hexadecimal digits. */
export function newTraceId(): string {
  return take(32);
}

/** 16 random hexadecimal digits. */
export function newSpanId(): string {
  return take(16);
}
