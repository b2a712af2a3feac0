import { describe, expect, it } from 'vitest';
import { createMonitoring } from '../../../src/index.js';
import { parseSamples } from '../../support/samples.js';

const names = ['a', 'b', 'c'] as const;
const bounds = [1, 5];
const values = ['', 'x', 'y', '"', '\\', '\n', 'é', '__proto__', 'x,b=', '7', '8'];

/** What a series should be: shared by all who keep it, and in `series` for as long as it is shown. */
interface Model {
  counter: number;
  gauge: number;
  counts: number[];
  sum: number;
}

/** Numbers that look random and are the same in every run of one seed. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function createSubject() {
  const { metrics } = createMonitoring({ logs: false, traces: false });
  const config = { help: 'x', labelNames: names };
  const counter = metrics.counter({ ...config, name: 'm_total' });
  const gauge = metrics.gauge({ ...config, name: 'm_level' });
  const histogram = metrics.histogram({ ...config, name: 'm_sizes', buckets: bounds });
  return { metrics, counter, gauge, histogram, all: [counter, gauge, histogram] };
}

const fresh = (): Model => ({ counter: 0, gauge: 0, counts: [0, 0, 0], sum: 0 });

/** Feeds all that a model has. */
function feed(model: Model, value: number): void {
  model.counter += value;
  model.gauge -= value;
  model.sum += value;
  const bucket = bounds.findIndex((bound) => value <= bound);
  const counts = model.counts;
  counts[bucket === -1 ? 2 : bucket] = (counts.at(bucket) as number) + 1;
}

/** Samples of the models, as an exposition has them. */
function samplesOfModel(series: ReadonlyMap<string, Model>) {
  const all = [...series].map(([key, model]) => {
    const given = JSON.parse(key) as string[];
    const labels = Object.fromEntries(
      names.map((name, i) => [name, given[i]]).filter(([, v]) => v),
    );
    return { labels, model };
  });
  return [
    ...all.map(({ labels, model }) => ({ name: 'm_total', labels, value: model.counter })),
    ...all.map(({ labels, model }) => ({ name: 'm_level', labels, value: model.gauge })),
    ...all.flatMap(({ labels, model: { counts, sum } }) => {
      const [low, mid, high] = counts as [number, number, number];
      const bucket = (le: string, value: number) => {
        return { name: 'm_sizes_bucket', labels: { ...labels, le }, value };
      };
      return [
        bucket('1', low),
        bucket('5', low + mid),
        bucket('+Inf', low + mid + high),
        { name: 'm_sizes_sum', labels, value: sum },
        { name: 'm_sizes_count', labels, value: low + mid + high },
      ];
    }),
  ];
}

describe('any calls in any order', () => {
  it.each([1, 2, 3, 4, 5, 6])('come to what a plain map would hold (%i)', async (seed) => {
    const random = createRandom(seed);
    const { metrics, counter, gauge, histogram, all } = createSubject();
    const series = new Map<string, Model>();
    const held: { model: Model; feed: (value: number) => void }[] = [];
    const pick = () => values[random(random(3) + 2 + (seed % 2) * 6)] as string;

    function modelOf(key: string): Model {
      let model = series.get(key);
      if (model === undefined) series.set(key, (model = fresh()));
      return model;
    }

    /** The labels in some order, some numbers as numbers, some empty ones left out. */
    function spell(given: readonly string[]): Record<string, string | number> {
      const entries = names.map((name, i) => [name, given[i] as string] as const);
      if (random(2)) entries.reverse();
      const kept = entries.filter(([, value]) => value !== '' || random(2));
      return Object.fromEntries(
        kept.map(([name, value]) => [name, /^\d$/.test(value) && random(2) ? +value : value]),
      );
    }

    const actions = {
      feed(key: string, given: readonly string[], value: number) {
        feed(modelOf(key), value);
        counter.inc(spell(given), value);
        gauge.dec(spell(given), value);
        histogram.observe(spell(given), value);
      },
      keep(key: string, given: readonly string[]) {
        const model = modelOf(key);
        const [c, g, h] = [
          counter.labels(spell(given)),
          gauge.labels(...given),
          histogram.labels(spell(given)),
        ];
        held.push({
          model,
          feed(value) {
            c.inc(value);
            g.dec(value);
            h.observe(value);
          },
        });
      },
      feedKept(_: string, __: readonly string[], value: number) {
        const kept = held[random(held.length)];
        if (kept === undefined) return;
        feed(kept.model, value);
        kept.feed(value);
      },
      remove(key: string, given: readonly string[]) {
        series.delete(key);
        for (const metric of all) {
          if (random(2)) metric.remove(spell(given));
          else metric.remove(...given);
        }
      },
      reset() {
        if (random(20) > 0) return;
        for (const model of series.values()) Object.assign(model, fresh());
        for (const metric of all) metric.reset();
      },
    };
    const frequent = [
      'feed',
      'feed',
      'feed',
      'keep',
      'feedKept',
      'remove',
      'remove',
      'reset',
    ] as const;

    for (let step = 0; step < 3000; step++) {
      const given = [pick(), pick(), pick()];
      const action = frequent[random(frequent.length)] as keyof typeof actions;
      actions[action](JSON.stringify(given), given, random(80) / 8);
      if (step % 100 > 0) continue;
      const shown = parseSamples(await metrics.text()).filter(({ name }) => name.startsWith('m_'));
      expect(shown).toEqual(samplesOfModel(series));
      const read = await Promise.all(
        all.map((metric) => metrics.registry.getSingleMetric(metric.name)?.get()),
      );
      expect(read.map((metric) => metric?.values.length)).toEqual([
        series.size,
        series.size,
        series.size * 5,
      ]);
    }
  });
});
