import { addedTo, shareOf } from '../stats.mjs';

const shares = [
  {
    id: 'all-10',
    text: 'all signals, 10 % sampled: added, ÷ by hand',
    of: ['telltale-all-10', 'hand-all-10'],
    limits: { express: 1 / 10, fastify: 1 / 5, node: 1 / 3 },
  },
  {
    id: 'all-100',
    text: 'all signals, 100 % sampled: added, ÷ by hand',
    of: ['telltale-all-100', 'hand-all-100'],
    limits: { express: 1 / 8, fastify: 1 / 4, node: 2 / 5 },
  },
  {
    id: 'metrics',
    text: 'metrics only: added, ÷ express-prom-bundle, fastify-metrics',
    of: ['telltale-metrics', 'hand-metrics'],
    limits: { express: 1 / 4, fastify: 1 / 2 },
  },
  {
    id: 'logs',
    text: "logs only: added, ÷ pino-http, Fastify's logger",
    of: ['telltale-logs', 'hand-logs'],
    limits: { express: 1 / 3, fastify: 1, node: 2 / 3 },
  },
  {
    id: 'least-10',
    text: 'all signals, 10 % sampled: added, ÷ the least conceivable',
    of: ['telltale-all-10', 'least-10'],
    limits: { express: 2, fastify: 2, node: 2 },
  },
  {
    id: 'least-100',
    text: 'all signals, 100 % sampled: added, ÷ the least conceivable',
    of: ['telltale-all-100', 'least-100'],
    limits: { express: 2, fastify: 2, node: 2 },
  },
];

const mostOff = 1;

/** Goals of the request path, each from the paired rounds of one framework. */
export function requestGoals({ sections }) {
  return Object.entries(sections.requests ?? {}).flatMap(([framework, { variants }]) => {
    const cpu = (name) => variants[name]?.cpu;
    const goals = shares
      .filter(({ of, limits }) => framework in limits && of.every(cpu))
      .map(({ id, text, of, limits }) => ({
        id: `requests.${framework}.${id}`,
        group: 'requests',
        text,
        framework,
        unit: '',
        limit: limits[framework],
        ratio: true,
        ...shareOf(variants[of[0]].bare, ...of.map(cpu)),
      }));
    const off = variants['telltale-off'];
    return off ? [...goals, offGoal(framework, off)] : goals;
  });
}

const offGoal = (framework, { bare, cpu }) => ({
  id: `requests.${framework}.off`,
  group: 'requests',
  text: 'every signal off: added',
  framework,
  unit: 'µs',
  limit: mostOff,
  ratio: false,
  ...addedTo(bare, cpu),
});
