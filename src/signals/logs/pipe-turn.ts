/** The place of one writer among all of this process that write to the same pipe. */
export interface PipeTurn {
  /** Whether nobody else has begun something there that the pipe has not taken whole. */
  isFree(): boolean;
  /** Is told after every write whether something of it is left. */
  keep(hasLeft: boolean): void;
  /** Has whoever has begun something try to end it at once. */
  hurry(): void;
}

/** Who has begun something, by the pipe: how they end it. */
const begun = new Map<string, () => void>();

/**
 * Takes a place at a pipe. What two writers write in portions, as a full pipe takes it, would tear
 * each other's lines. `finish` writes at once what is left.
 */
export function createPipeTurn(pipe: string, finish: () => void): PipeTurn {
  return {
    isFree: () => (begun.get(pipe) ?? finish) === finish,
    keep(hasLeft) {
      if (hasLeft) begun.set(pipe, finish);
      else if (begun.get(pipe) === finish) begun.delete(pipe);
    },
    hurry() {
      const other = begun.get(pipe);
      if (other !== finish) other?.();
    },
  };
}
