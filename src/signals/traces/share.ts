import { routeTest } from '../../core/route-pattern.js';
import type { HttpFacts } from '../../model/http.js';

/** Decides whether a trace is in the share that is recorded. */
export type Share = (traceId: string, http?: HttpFacts) => boolean;

const DIGITS = 13;
const RANGE = 16 ** DIGITS;

/**
 * A share of all traces. The decision is read off the trace id's random part, upper end first as
 * OpenTelemetry's consistent sampling does, so that every service with the same ratio decides alike.
 */
export function ratioShare(ratio: number): Share {
  if (ratio >= 1) return () => true;
  if (ratio <= 0) return () => false;
  const bound = (1 - ratio) * RANGE;
  return (traceId) => Number.parseInt(traceId.slice(-DIGITS), 16) >= bound;
}

/** A share of its own for requests whose path is of the pattern; the first that fits counts. */
export function routeShare(routes: Readonly<Record<string, number>>, otherwise: Share): Share {
  const rules = Object.entries(routes).map(([pattern, ratio]) => ({
    fits: routeTest(pattern),
    share: ratioShare(ratio),
  }));
  return function shareOfRoute(traceId, http) {
    if (http === undefined) return otherwise(traceId);
    const rule = rules.find((one) => one.fits(http));
    return (rule?.share ?? otherwise)(traceId, http);
  };
}
