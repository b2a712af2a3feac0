import { addedTo, spread } from '../stats.mjs';
import { count, signed, table } from './table.mjs';

const names = { express: 'Express 5', fastify: 'Fastify 5', node: 'node:http' };
const heads = ['variant', 'CPU µs', '× bare', 'added µs', 'req/s', 'p50 ms', 'p99 ms', 'RSS MB'];

/** Every variant of one framework. */
export function renderRequests([framework, { slice, connections, variants }]) {
  const rows = Object.entries(variants).map(([name, figures]) => {
    const { cpu, bare = cpu, throughput, p50, p99, rss } = figures;
    const { median, iqr } = spread(cpu);
    const added = addedTo(bare, cpu);
    return [
      name,
      `${median.toFixed(1)} ± ${(iqr / 2).toFixed(1)}`,
      (median / spread(bare).median).toFixed(2),
      name === 'bare' ? '–' : `${signed(added.value)} (${span(added)})`,
      count(throughput),
      p50.toFixed(1),
      p99.toFixed(1),
      Math.round(rss),
    ];
  });
  const rounds = Object.values(variants).map(({ cpu }) => cpu.length);
  return (
    `**${names[framework]}**, medians of ${Math.min(...rounds)} rounds or more of ${count(slice)} ` +
    `requests over ${connections} connections\n\n${table(heads, rows)}`
  );
}

const span = ({ low, high }) => `${low.toFixed(1)} to ${high.toFixed(1)}`.replaceAll('-', '−');
