import { paint } from './paint.mjs';

const OF_THE_PROCESS = /^(app|nodejs|process|system|telltale)_/;
const NOT_SHOWN = /^http_request_size|^http_response_size|_bucket\{|_sum(\{|$)/;

/**
 * What changed between two scrapes, a line per series, HTTP first. A histogram is shown by its
 * count and its mean, which stand for its sum and its buckets.
 */
export function metricChanges(before, after) {
  const changed = [...after].filter(([series, value]) => value !== (before.get(series) ?? 0));
  const shown = changed
    .filter(([series]) => !OF_THE_PROCESS.test(series) && !NOT_SHOWN.test(series))
    .sort(([a], [b]) => rank(a) - rank(b));
  const lines = shown.map(([series, value]) => {
    const added = paint('green', `+${value - (before.get(series) ?? 0)}`.padStart(5));
    return `${added}  ${series} ${paint('bold', String(value))}${mean(series, value, after)}`;
  });
  const rest = `${changed.length - shown.length} more: buckets, sums, sizes, Node.js, the machine`;
  return [...lines, paint('dim', `    …  ${rest}`)];
}

function rank(series) {
  return series.startsWith('http_') ? 0 : 1;
}

function mean(series, count, after) {
  const sum = after.get(series.replace('_count', '_sum'));
  if (sum === undefined || !series.includes('_count')) return '';
  const isTime = series.includes('_seconds');
  const text = isTime ? `${((1000 * sum) / count).toFixed(1)} ms` : (sum / count).toFixed(2);
  return paint('cyan', `  mean ${text}`);
}
