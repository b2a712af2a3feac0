/** The run as Markdown. */

import { cpus } from 'node:os';
import { spread } from './stats.mjs';

const columns = ['variant', 'CPU µs/request', 'IQR', '× bare', 'added µs', 'req/s', 'p50 ms'];
const heads = [...columns, 'p99 ms', 'RSS MB'];

export const describeMachine = () => ({
  date: new Date().toISOString(),
  node: process.version,
  cpu: `${cpus().length} × ${cpus()[0].model.trim()}`,
});

export const renderHeader = ({ date, node, cpu }) => `${date}, Node ${node}, ${cpu}`;

/** Medians over slices, one object a variant. `subjects[0]` is bare. */
export function summarize(subjects) {
  const median = ({ slices }, key) => spread(slices.map((slice) => slice[key])).median;
  const bare = median(subjects[0], 'cpu');
  return subjects.map((subject) => {
    const cpu = spread(subject.slices.map((slice) => slice.cpu));
    return {
      variant: subject.variant.name,
      cpu: cpu.median,
      iqr: cpu.iqr,
      ratio: cpu.median / bare,
      added: cpu.median - bare,
      throughput: median(subject, 'throughput'),
      p50: median(subject, 'p50'),
      p99: median(subject, 'p99'),
      rss: median(subject, 'rss'),
    };
  });
}

export function renderTable({ framework, plan, rounds, rows }) {
  const slices = `${rounds} slices of ${plan.slice} requests`;
  const lines = [heads, heads.map((_, i) => (i === 0 ? '---' : '---:')), ...rows.map(cells)];
  const table = lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
  return `### ${framework} (${slices}, ${plan.connections} connections)\n\n${table}`;
}

const cells = ({ variant, cpu, iqr, ratio, added, throughput, p50, p99, rss }) => [
  variant,
  cpu.toFixed(1),
  iqr.toFixed(1),
  ratio.toFixed(2),
  variant === 'bare' ? '–' : signed(added),
  Math.round(throughput),
  p50.toFixed(1),
  p99.toFixed(1),
  Math.round(rss),
];

const signed = (number) => `${number < 0 ? '−' : '+'} ${Math.abs(number).toFixed(1)}`;
