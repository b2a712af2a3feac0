/** One goal and what a result says to it. */
export interface Goal {
  readonly id: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly limit: number;
  readonly met: boolean;
}

export function goalsOf(result: object): Goal[];
