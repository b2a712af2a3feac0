import type { RemoteContext } from './propagation/format.js';
import { isSampled } from './traceparent.js';

/** Decides whether a trace that begins here is recorded. */
export type Sampler = (traceId: string) => boolean;

const DIGITS = 13;
const RANGE = 16 ** DIGITS;

/**
 * Records a share of all traces. The decision is read off the trace id's random part, so that every
 * service that uses the same ratio decides alike.
 */
export function ratioSampler(ratio: number): Sampler {
  if (ratio >= 1) return () => true;
  if (ratio <= 0) return () => false;
  const bound = ratio * RANGE;
  return (traceId) => Number.parseInt(traceId.slice(-DIGITS), 16) < bound;
}

/** Where a caller has decided, its decision holds. */
export function decide(
  traceId: string,
  parent: RemoteContext | undefined,
  sample: Sampler,
): boolean {
  return parent === undefined || parent.undecided ? sample(traceId) : isSampled(parent);
}
