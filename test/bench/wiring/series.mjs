import { load } from './load.mjs';

const counterLabelSets = 500;
const histogramLabelSets = 30;
const buckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** Lines of an exposition for one label set of such a histogram. */
export const linesAHistogram = buckets.length + 3;

/**
 * Fills a registry with this many label sets of counters and of histograms, in metrics of a usual
 * size. `metrics` has `counter(config)` and `histogram(config)`.
 */
export function fill(metrics, { counters = 0, histograms = 0 }) {
  const labelNames = ['method', 'route', 'status'];
  const help = 'Filled by the benchmark.';
  const counter = (i) => metrics.counter({ name: `filled_${i}_total`, help, labelNames });
  const histogram = (i) =>
    metrics.histogram({ name: `filled_${i}_seconds`, help, labelNames, buckets });
  spread(counters, counterLabelSets, counter, (metric, labels, i) => {
    metric.inc(labels, i + 0.5);
  });
  spread(histograms, histogramLabelSets, histogram, (metric, labels, i) => {
    metric.observe(labels, (i % 97) / 9);
  });
}

/** How many of each make about so many lines, half of them from either. */
export const linesToFill = (lines) => ({
  counters: Math.round(lines / 2),
  histograms: Math.round(lines / 2 / linesAHistogram),
});

function spread(total, each, make, feed) {
  let metric;
  for (let i = 0; i < total; i++) {
    if (i % each === 0) metric = make(i / each);
    const labels = { method: i % 2 ? 'GET' : 'POST', route: `/things/${i}/:id`, status: 200 };
    feed(metric, labels, i);
  }
}

/** prom-client's own metrics in its default registry, in the shape that `fill` takes. */
export function promClientMetrics() {
  const { Counter, Histogram } = load('prom-client');
  return {
    counter: (config) => new Counter(config),
    histogram: (config) => new Histogram(config),
  };
}
