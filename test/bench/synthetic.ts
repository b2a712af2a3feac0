/** Results of runs that never took place, with a known truth and known noise. */

/** CPU µs of a request to each variant, and the share of it by which a slice may be off. */
export interface Truth {
  readonly bare: number;
  readonly hand: number;
  readonly telltale: number;
  readonly off: number;
  readonly noise: number;
  readonly rounds: number;
  readonly seed: number;
}

export const TRUTH: Truth = {
  bare: 80,
  hand: 260,
  telltale: 98,
  off: 80.4,
  noise: 0.04,
  rounds: 20,
  seed: 1,
};

/** A result of one framework whose rounds drift together and whose slices are noisy by themselves. */
export function synthesize(changes: Partial<Truth> = {}): object {
  const truth = { ...TRUTH, ...changes };
  const random = createRandom(truth.seed);
  const off = () => 1 + truth.noise * (random() + random() + random() - 1.5);
  const drift = Array.from({ length: truth.rounds }, off);
  const slices = (micros: number) => ({
    cpu: drift.map((factor) => micros * factor * off()),
    throughput: 9000,
    p50: 1.5,
    p99: 3,
    rss: 90,
  });
  const bare = slices(truth.bare);
  const beside = (micros: number) => ({ ...slices(micros), bare: bare.cpu });
  const variants = {
    bare,
    'hand-all-10': beside(truth.hand),
    'telltale-off': beside(truth.off),
    'telltale-all-10': beside(truth.telltale),
  };
  return {
    date: '2025-01-02T03:04:05.000Z',
    machine: { cpu: 'A CPU', cores: 2, memory: '4 GB', kernel: 'Linux 6' },
    node: 'v20.19.0',
    versions: { telltale: '0.1.0' },
    quick: true,
    seconds: 100,
    sections: {
      requests: { express: { connections: 24, slice: 1000, rounds: truth.rounds, variants } },
    },
  };
}

function createRandom(seed: number): () => number {
  let state = seed * 2654435761;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}
