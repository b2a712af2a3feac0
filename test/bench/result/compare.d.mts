/** One figure of two runs. */
export interface Verdict {
  readonly id: string;
  readonly before: number;
  readonly after: number;
  readonly allowed: number;
  readonly regressed: boolean;
}

export function compare(committed: object, fresh: object): Verdict[];
