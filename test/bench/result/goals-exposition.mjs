import { differences, estimate, median, ratioOf } from '../stats.mjs';

const flat = 1.2;
const mostPause = 15;
const pauseAt = 10_000;

/** Goals of growth and of the exposition. */
export const expositionGoals = ({ sections }) => [
  ...growthGoals(sections.growth),
  ...scrapeGoals(sections.exposition),
];

function growthGoals(growth = {}) {
  return Object.entries(growth).map(([name, curve]) => {
    const [first, last] = [curve[0], curve.at(-1)];
    const ends = [first.bare, first.telltale, last.bare, last.telltale];
    return {
      id: `growth.${name}`,
      group: 'growth',
      text: `added with ${count(last.size)} ${name}, ÷ with ${count(first.size)}`,
      ratio: true,
      unit: '',
      limit: flat,
      ...estimate(ends, ([bare, telltale, bareLast, telltaleLast]) => {
        const added = median(differences(telltaleLast, bareLast));
        return added / median(differences(telltale, bare));
      }),
    };
  });
}

function scrapeGoals(sizes = []) {
  return sizes.flatMap(({ size, telltale, 'prom-client': promClient }) => [
    {
      id: `exposition.${size}.render`,
      group: 'exposition',
      text: `${count(size)} series: time to render, ÷ prom-client`,
      ratio: true,
      unit: '',
      limit: 1,
      ...ratioOf(telltale.renders, promClient.renders),
    },
    ...(size === pauseAt ? [pauseGoal(size, telltale)] : []),
    ...(telltale.p99.length > 0 ? ['paced', 'saturated'] : []).map((load) => ({
      id: `exposition.${size}.p99.${load}`,
      group: 'exposition',
      text: `${count(size)} series: p99 of requests during scrapes, ÷ without, ${load}`,
      ratio: false,
      unit: '',
      limit: 1.1,
      ...ratioOf(
        telltale.p99.map((round) => round[load].during),
        telltale.p99.map((round) => round[load].without),
      ),
    })),
  ]);
}

const pauseGoal = (size, { pauses }) => ({
  id: `exposition.${size}.pause`,
  group: 'exposition',
  text: `${count(size)} series: longest pause of the event loop in a scrape`,
  ratio: false,
  unit: 'ms',
  limit: mostPause,
  ...estimate([pauses], ([samples]) => median(samples)),
});

const count = (number) => number.toLocaleString('en-US');
