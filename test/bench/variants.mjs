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

const variant = (wiring, signal) => ({ name: `${wiring}-${signal}`, wiring, ...signals[signal] });

export const frameworks = ['express', 'fastify', 'node'];

export const variants = [
  { name: 'bare', wiring: 'bare' },
  ...Object.keys(signals)
    .filter((signal) => signal !== 'off')
    .map((signal) => variant('hand', signal)),
  ...Object.keys(signals).map((signal) => variant('telltale', signal)),
];

/** The variants with these names, `bare` first since every ratio needs it. */
export function selectVariants(names) {
  const known = variants.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`unknown variant ${unknown.join(', ')}; known: ${known.join(', ')}`);
  }
  return variants.filter(({ name }) => name === 'bare' || names.includes(name));
}
