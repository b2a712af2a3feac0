import { addedTo, estimate, median, ratioOf, shareOf } from '../stats.mjs';

/** Goals of memory, start-up, probes and handles. */
export const processGoals = ({ sections }) => [
  ...memoryGoals(sections.memory),
  ...startupGoals(sections.startup),
  ...probeGoals(sections.probe),
  ...handleGoals(sections.handles),
];

function memoryGoals(memory) {
  if (memory === undefined) return [];
  const { series, processes, soaks } = memory;
  const goal = { group: 'memory', ratio: true, unit: '', limit: 1 / 2 };
  const kinds = { counters: 'a counter', histograms: 'a histogram' };
  return [
    ...Object.entries(kinds).map(([kind, name]) => ({
      ...goal,
      id: `memory.${kind}`,
      text: `bytes a series of ${name}, ÷ prom-client`,
      ...ratioOf(series.telltale[kind], series['prom-client'][kind]),
    })),
    ...Object.entries(processes).map(([framework, { bare, hand, telltale }]) => ({
      ...goal,
      id: `memory.${framework}.rss`,
      text: `RSS with all signals: added, ÷ by hand, ${framework}`,
      ...shareOf(bare.rss, telltale.rss, hand.rss),
    })),
    ...Object.entries(soaks).map(([framework, steps]) => ({
      ...goal,
      id: `memory.${framework}.soak`,
      text: `heap grown in the second half of ${count(steps.at(-1).requests)} requests, ${framework}`,
      ratio: false,
      unit: 'MB',
      limit: 1,
      ...exactly(grownInSecondHalf(steps.map(({ heap }) => heap))),
    })),
  ];
}

/** Between the medians of the second and the last quarter, since a step or two may be off. */
function grownInSecondHalf(heaps) {
  const quarter = Math.ceil(heaps.length / 4);
  const middle = Math.floor(heaps.length / 2);
  return median(heaps.slice(-quarter)) - median(heaps.slice(middle - quarter, middle));
}

function startupGoals(startup = {}) {
  return Object.entries(startup).flatMap(([framework, kinds]) => {
    const of = (kind) => kinds[kind].listening;
    return [
      {
        id: `startup.${framework}.plain`,
        group: 'startup',
        text: `import and set-up without tracing: added, ${framework}`,
        ratio: false,
        unit: 'ms',
        limit: 60,
        ...addedTo(of('bare'), of('telltale')),
      },
      {
        id: `startup.${framework}.traces`,
        group: 'startup',
        text: `import and set-up with tracing: added, ÷ by hand, ${framework}`,
        ratio: true,
        unit: '',
        limit: 0.4,
        ...shareOf(of('bare'), of('telltale-traces'), of('hand-traces')),
      },
    ];
  });
}

function probeGoals(probe) {
  if (probe === undefined) return [];
  return [
    {
      id: 'probe',
      group: 'probe',
      text: 'a cached report, ÷ a bare handler that sends the same bytes',
      ratio: true,
      unit: '',
      limit: 1.2,
      ...ratioOf(probe.telltale, probe.same),
    },
  ];
}

function handleGoals(handles) {
  if (handles === undefined) return [];
  const { telltale, 'prom-client': promClient } = handles;
  const inNs = (operation, limit) => ({
    id: `handles.${operation}`,
    group: 'handles',
    text: `${operation}`,
    ratio: false,
    unit: 'ns',
    limit,
    ...estimate([telltale[operation]], ([samples]) => median(samples)),
  });
  const against = (operation) => ({
    id: `handles.${operation}`,
    group: 'handles',
    text: `${operation}, ÷ prom-client`,
    ratio: true,
    unit: '',
    limit: 1 / 3,
    ...ratioOf(telltale[operation], promClient[operation]),
  });
  return [
    inNs('inc, held', 15),
    inNs('observe, held', 40),
    against('inc, labels'),
    against('observe, labels'),
  ];
}

const exactly = (value) => ({ value, low: value, high: value, error: 0 });

const count = (number) => number.toLocaleString('en-US');
