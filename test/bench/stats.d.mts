/** A figure, the interval in which 95 % of its bootstrapped values lie, and their deviation. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly error: number;
}

export function addedTo(bare: readonly number[], samples: readonly number[]): Estimate;
export function shareOf(
  bare: readonly number[],
  samples: readonly number[],
  others: readonly number[],
): Estimate;
