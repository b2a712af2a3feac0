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
