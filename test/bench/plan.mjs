/** How much is measured: per framework, since a request to Express costs several of the others. */

const weights = { express: 1, fastify: 2.5, node: 2.5 };

const lengths = {
  quick: { rounds: 9, slice: 1_600, warmup: 6_000, minutes: 3 },
  full: { rounds: 35, slice: 2_400, warmup: 12_000, minutes: 22 },
};

/** `minutes` bounds the rounds of this framework, out of those of the whole run. */
export function planFor(framework, { quick, frameworks }) {
  const { rounds, slice, warmup, minutes } = lengths[quick ? 'quick' : 'full'];
  return {
    connections: 24,
    rounds,
    slice: slice * weights[framework],
    warmup: warmup * weights[framework],
    minutes: minutes / frameworks.length,
  };
}
