/** The frameworks and variants, in the order in which the tables list them. */

const signals = {
  off: {},
  metrics: { metrics: true },
  logs: { logs: true },
  'traces-10': { ratio: 0.1 },
  'traces-100': { ratio: 1 },
  'all-10': { metrics: true, logs: true, ratio: 0.1 },
  'all-100': { metrics: true, logs: true, ratio: 1 },
};

const kinds = {
  hand: ['metrics', 'logs', 'traces-10', 'traces-100', 'all-10', 'all-100'],
  tuned: ['metrics', 'logs', 'all-10', 'all-100'],
  telltale: Object.keys(signals),
  least: ['all-10', 'all-100'],
};

export const frameworks = ['express', 'fastify', 'node'];

export const variants = [
  { name: 'bare', wiring: 'bare' },
  ...Object.entries(kinds).flatMap(([wiring, names]) =>
    names.map((signal) => ({ name: nameOf(wiring, signal), signal, wiring, ...signals[signal] })),
  ),
];

/** What the goals are computed from. */
export const quickVariants = variants.filter(
  ({ name }) => !name.includes('traces') && !name.startsWith('tuned'),
);

/** The least always has every signal on: `least-10` is `all-10`. */
function nameOf(wiring, signal) {
  return wiring === 'least' ? signal.replace('all', 'least') : `${wiring}-${signal}`;
}

export const findVariant = (name) => selectVariants([name]).at(-1);

/** The variants with these names, `bare` first since every ratio needs it. */
export function selectVariants(names) {
  const known = variants.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`unknown variant ${unknown.join(', ')}; known: ${known.join(', ')}`);
  }
  return variants.filter(({ name }) => name === 'bare' || names.includes(name));
}
