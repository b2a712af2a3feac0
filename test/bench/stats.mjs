/** Nearest-rank quantile of sorted numbers. */
export const quantile = (sorted, q) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];

/** Median and interquartile range of numbers in any order. */
export function spread(numbers) {
  const sorted = Float64Array.from(numbers).sort();
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, iqr: quantile(sorted, 0.75) - quantile(sorted, 0.25) };
}

export const median = (numbers) => spread(numbers).median;

const resamples = 400;

/**
 * A figure of several samples taken round by round: its value, the interval in which 95 % of its
 * bootstrapped values lie, and their standard error. `figure` is given one array for each of
 * `series`, drawn by rounds, so that what a round has in common stays paired. The draws are always
 * the same ones: a table made twice from the same samples is the same table.
 */
export function estimate(series, figure) {
  const rounds = Math.min(...series.map(({ length }) => length));
  const random = createRandom(rounds);
  const values = Float64Array.from({ length: resamples }, () => {
    const drawn = Array.from({ length: rounds }, () => Math.floor(random() * rounds));
    return figure(series.map((samples) => drawn.map((round) => samples[round])));
  }).sort();
  const mean = values.reduce((sum, one) => sum + one, 0) / resamples;
  const variance = values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / resamples;
  return {
    value: figure(series.map((samples) => samples.slice(0, rounds))),
    low: quantile(values, 0.025),
    high: quantile(values, 0.975),
    error: Math.sqrt(variance),
  };
}

/** Samples less those of the same round of another. */
export const differences = (samples, others) => samples.map((sample, i) => sample - others[i]);

/** What `samples` adds to `bare`, by rounds. */
export const addedTo = (bare, samples) =>
  estimate([bare, samples], ([b, s]) => median(differences(s, b)));

/** What `samples` adds to `bare`, as a share of what `others` add to it, by rounds. */
export const shareOf = (bare, samples, others) =>
  estimate(
    [bare, samples, others],
    ([b, s, o]) => median(differences(s, b)) / median(differences(o, b)),
  );

/** The ratio of two medians. */
export const ratioOf = (samples, others) =>
  estimate([samples, others], ([s, o]) => median(s) / median(o));

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
function createRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
