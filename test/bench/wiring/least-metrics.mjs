const bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const count = bounds.length + 1;
const sum = count + 1;

/** A count and a histogram of durations by method, route and status, in one array each. */
export function createMetrics() {
  const byLabels = new Map();

  return {
    observe({ method, route, status, seconds }) {
      const labels = `method="${method}",route="${route}",status="${status}"`;
      let cells = byLabels.get(labels);
      if (cells === undefined) byLabels.set(labels, (cells = new Float64Array(sum + 1)));
      let bucket = 0;
      while (bucket < bounds.length && seconds > bounds[bucket]) bucket++;
      cells[bucket]++;
      cells[count]++;
      cells[sum] += seconds;
    },
    text: () =>
      [...byLabels].map(([labels, cells]) => expose(labels, cells)).join('') ||
      'http_request_duration_seconds_count 0\n',
  };
}

function expose(labels, cells) {
  const name = 'http_request_duration_seconds';
  let below = 0;
  const buckets = [...bounds, '+Inf'].map((bound, i) => {
    below += cells[i];
    return `${name}_bucket{${labels},le="${bound}"} ${below}\n`;
  });
  return [
    ...buckets,
    `${name}_count{${labels}} ${cells[count]}\n`,
    `${name}_sum{${labels}} ${cells[sum]}\n`,
    `http_requests_total{${labels}} ${cells[count]}\n`,
  ].join('');
}
