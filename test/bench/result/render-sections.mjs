import { addedTo, differences, median } from '../stats.mjs';
import { count, figure, signed, table } from './table.mjs';

const titled = (title, rest, ...tables) => [`**${title}**${rest}`, ...tables].join('\n\n');

export function renderMemory({ series, processes, soaks }) {
  const kinds = { counters: 'counter', histograms: 'histogram of 14 buckets' };
  const bytes = Object.entries(kinds).map(([kind, name]) => [
    `bytes a series of a ${name}`,
    count(median(series.telltale[kind])),
    count(median(series['prom-client'][kind])),
  ]);
  const held = Object.entries(processes).flatMap(([framework, { bare, hand, telltale }]) =>
    ['rss', 'heap'].map((key) => [
      `${key === 'rss' ? 'RSS' : 'heap'} added, MB, ${framework}`,
      signed(addedTo(bare[key], telltale[key]).value),
      signed(addedTo(bare[key], hand[key]).value),
    ]),
  );
  const soak = Object.entries(soaks).map(([framework, steps]) => [
    framework,
    ...steps
      .filter((_, i) => i % 2)
      .map(({ heap, rss }) => `${heap.toFixed(1)} / ${rss.toFixed(0)}`),
  ]);
  const steps = Object.values(soaks)[0].filter((_, i) => i % 2);
  return titled(
    'Memory',
    ', the garbage collected; all signals on, 10 % sampled',
    table(['', 'telltale', 'by hand'], [...bytes, ...held]),
    table(['heap / RSS in MB after requests', ...steps.map((one) => count(one.requests))], soak),
  );
}

export function renderStartup(startup) {
  const kinds = {
    bare: 'bare',
    telltale: 'telltale',
    hand: 'by hand',
    'telltale-traces': 'telltale, tracing',
    'hand-traces': 'by hand, tracing',
  };
  const figures = {
    listening: 'ms until it listens',
    answered: 'ms until the first answer',
    cpu: 'CPU ms until nothing is left to load',
  };
  const rows = Object.entries(startup).flatMap(([framework, measured]) =>
    Object.entries(figures).map(([key, text]) => [
      `${framework}: ${text}`,
      ...Object.keys(kinds).map((kind) => median(measured[kind][key]).toFixed(0)),
    ]),
  );
  return titled('Start-up', ' of a process', table(['', ...Object.values(kinds)], rows));
}

export function renderProbe({ checks, bytes, same, telltale }) {
  return titled(
    'Probe',
    ` with ${checks} checks, ${bytes} bytes: CPU µs a request`,
    table(
      ['', 'telltale', 'bare handler'],
      [['/health/ready', figure(median(telltale)), figure(median(same))]],
    ),
  );
}

export function renderHandles({ telltale, 'prom-client': promClient }) {
  const rows = Object.keys(telltale).map((operation) => [
    operation,
    figure(median(telltale[operation])),
    figure(median(promClient[operation])),
  ]);
  return titled('Metric handles', ', ns a call', table(['', 'telltale', 'prom-client'], rows));
}

export function renderGrowth(growth) {
  const rows = Object.entries(growth).map(([name, curve]) => [name, curve.map(point).join(' · ')]);
  return titled('Growth', '', table(['with', 'CPU µs added to a request (to bare)'], rows));
}

const point = ({ size, bare, telltale }) =>
  `${count(size)}: ${signed(median(differences(telltale, bare)))} (${median(bare).toFixed(1)})`;

export function renderExposition(sizes) {
  const rows = sizes.map(({ size, telltale, 'prom-client': promClient }) => [
    count(size),
    ...[telltale, promClient].map(({ renders }) => figure(median(renders))),
    ...[telltale, promClient].map(
      ({ pauses }) => `${figure(median(pauses))} / ${figure(Math.max(...pauses))}`,
    ),
    ...[telltale, promClient].map(({ p99 }) => (p99.length > 0 ? latency(p99, 'paced') : '–')),
  ]);
  const heads = [
    'series',
    'ms to render: telltale',
    'prom-client',
    'longest pause, ms, median / worst: telltale',
    'prom-client',
    'p99, ms, without → during scrapes, paced: telltale',
    'prom-client',
  ];
  return titled('Exposition', '', table(heads, rows), renderForms(sizes));
}

const latency = (rounds, load) => {
  const of = (key) => figure(median(rounds.map((round) => round[load][key])));
  return `${of('without')} → ${of('during')}`;
};

function renderForms(sizes) {
  const names = { text: 'text', openMetrics: 'OpenMetrics', gzip: 'text, gzip' };
  const rows = sizes.map(({ size, telltale: { forms } }) => [
    count(size),
    ...Object.keys(names).map(
      (name) => `${figure(forms[name].cpu)} ms, ${count(forms[name].bytes / 1024)} kB`,
    ),
  ]);
  return table(['CPU and size of a scrape', ...Object.values(names)], rows);
}
