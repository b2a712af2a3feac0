/** How many traces, and spans to keep, were not recorded for want of a budget. */
export interface Refusals {
  /** By `tracesPerSecond`. */
  begun: number;
  /** By `forcedPerSecond`. */
  forced: number;
  /** By `keep.perSecond`. */
  keep: number;
}
