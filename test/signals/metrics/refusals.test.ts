/** What cannot be a metric is refused where it is made, in words that name it. */
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createMonitoring, TelltaleError } from '../../../src/index.js';

type Kind = 'counter' | 'gauge' | 'histogram' | 'summary';

const create = (metrics = {}) => createMonitoring({ logs: false, metrics }).metrics;

/** What is thrown for a config that no compiler would let through. */
function refusalOf(kind: Kind, config: unknown): unknown {
  try {
    create()[kind](config as never);
  } catch (error) {
    return error;
  }
  return undefined;
}

const named = { name: 'x_total', help: 'x' };

describe.each<Kind>(['counter', 'gauge', 'histogram', 'summary'])('a %s', (kind) => {
  it.each<[unknown, string]>([
    [undefined, 'metric: expected an object with a name and a help text, got undefined'],
    [null, 'metric: expected an object with a name and a help text, got null'],
    ['x_total', 'metric: expected an object with a name and a help text, got "x_total"'],
    [{ help: 'x' }, 'metric name: expected letters, digits and _, got undefined'],
    [{ ...named, name: Symbol('x') }, 'metric name: expected letters, digits and _, got Symbol(x)'],
    [{ name: 'x_total' }, 'metric x_total: expected a help text, got undefined'],
    [{ name: 'x_total', help: 5n }, 'metric x_total: expected a help text, got 5'],
    [
      { ...named, labelNames: 'abc' },
      'metric x_total: expected labelNames to be a list of texts, got "abc"',
    ],
    [
      { ...named, labelNames: [5] },
      'metric x_total: expected label names of letters, digits and _, got 5',
    ],
    [{ ...named, labelNames: ['a', 'b', 'a'] }, 'metric x_total: has the label "a" twice'],
    [{ ...named, collect: 5 }, 'metric x_total: expected collect to be a function, got 5'],
    [
      { ...named, aggregator: 'constructor' },
      'metric x_total: expected aggregator to be one of sum, first, min, max, average, omit, got "constructor"',
    ],
  ])('is refused: case %#', (config, message) => {
    const refusal = refusalOf(kind, config);
    expect(refusal).toBeInstanceOf(TelltaleError);
    expect(refusal).toMatchObject({ code: 'TELLTALE_INVALID_METRIC', message });
  });

  it('is found again with its labels in a list only', () => {
    const metrics = create();
    metrics[kind]({ name: 'x', help: 'x' });
    expect(() => metrics[kind]({ name: 'x', help: 'x', labelNames: 'abc' as never })).toThrow(
      TelltaleError,
    );
  });
});

describe('bounds', () => {
  it.each<[unknown, string]>([
    [[1, Number.POSITIVE_INFINITY], '[1, Infinity]'],
    [[Number.NEGATIVE_INFINITY, 1], '[-Infinity, 1]'],
    [[1, Number.NaN], '[1, NaN]'],
    [[2, 1], '[2, 1]'],
    [[1, '2'], '[1, 2]'],
    [5, '5'],
  ])('are finite and ascend: case %#', (buckets, shown) => {
    expect(refusalOf('histogram', { ...named, buckets })).toMatchObject({
      code: 'TELLTALE_INVALID_METRIC',
      message: `metric x_total: expected finite buckets in ascending order, got ${shown}`,
    });
  });

  it('are the default ones when they are undefined', () => {
    const { buckets } = create({ buckets: [1, 2] }).histogram({
      ...named,
      buckets: undefined as never,
    });
    expect(buckets).toEqual([1, 2]);
  });
});

describe('a label on everything', () => {
  it('may not be that of histograms', () => {
    expect(() => create({ labels: { app: 'x', le: 'bad' } })).toThrow(
      'option metrics.labels.le: expected another name: le is the label of histograms, got "le"',
    );
  });

  it('leaves histograms theirs, however it came to the registry', async () => {
    const registry = new Registry();
    const metrics = create({ registry });
    registry.setDefaultLabels({ le: 'bad', app: 'x' });
    metrics.histogram({ name: 'sizes', help: 'x', buckets: [1] }).observe(1);
    const text = await metrics.text();
    expect(text).toContain('sizes_bucket{app="x",le="1"} 1\n');
    expect(text).toContain('sizes_bucket{app="x",le="+Inf"} 1\n');
    expect(text).toMatch(/^app_uptime_seconds\{le="bad",app="x"\} /m);
  });
});
