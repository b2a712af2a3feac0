import { shown } from '../../core/validate.js';
import { TelltaleError } from '../../model/errors.js';
import type { Aggregator } from '../../model/metric.js';
import type { MetricConfig } from './family.js';
import type { HistogramConfig } from './histogram.js';

const AGGREGATORS: Record<Aggregator, true> = {
  sum: true,
  first: true,
  min: true,
  max: true,
  average: true,
  omit: true,
};

/** Refuses what does not even say of which metric it is, or of which labels. */
export function refuseShapeless(config: MetricConfig<string> | undefined | null): void {
  if (typeof config !== 'object' || config === null) {
    refuse(`metric: expected an object with a name and a help text, got ${shown(config)}`);
  }
  const { name, labelNames = [] } = config;
  if (!Array.isArray(labelNames)) {
    refuse(
      `metric ${String(name)}: expected labelNames to be a list of texts, got ${shown(labelNames)}`,
    );
  }
}

/** Refuses what cannot be made a metric of. */
export function refuseConfig(config: MetricConfig<string>): void {
  const { name, help, labelNames = [], collect, aggregator = 'sum' } = config;
  if (typeof name !== 'string' || !/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) {
    refuse(`metric name: expected letters, digits and _, got ${shown(name)}`);
  }
  if (typeof help !== 'string') refuse(`metric ${name}: expected a help text, got ${shown(help)}`);
  labelNames.forEach((label: unknown, i) => {
    if (typeof label !== 'string' || !/^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/.test(label)) {
      const expected = 'label names of letters, digits and _';
      refuse(`metric ${name}: expected ${expected}, got ${shown(label)}`);
    }
    if (labelNames.indexOf(label) !== i) refuse(`metric ${name}: has the label "${label}" twice`);
  });
  if (collect !== undefined && typeof collect !== 'function') {
    refuse(`metric ${name}: expected collect to be a function, got ${shown(collect)}`);
  }
  if (!Object.hasOwn(AGGREGATORS, aggregator)) {
    const all = Object.keys(AGGREGATORS).join(', ');
    refuse(`metric ${name}: expected aggregator to be one of ${all}, got ${shown(aggregator)}`);
  }
}

/** Refuses what cannot be the bounds of a histogram. */
export function refuseBuckets({ name, labelNames, buckets }: HistogramConfig): void {
  if (labelNames?.includes('le')) refuse(`metric ${name}: the label "le" is the histogram's own`);
  const isAscending =
    Array.isArray(buckets) &&
    buckets.every((bound, i) => Number.isFinite(bound) && !(bound <= buckets[i - 1]));
  if (!isAscending) {
    const got = Array.isArray(buckets) ? `[${buckets.join(', ')}]` : shown(buckets);
    refuse(`metric ${name}: expected finite buckets in ascending order, got ${got}`);
  }
}

function refuse(reason: string): never {
  throw new TelltaleError('TELLTALE_INVALID_METRIC', reason);
}

/** Refuses labels of which one is not declared. */
export function refuseUnknown(
  metric: string,
  labelNames: readonly string[],
  labels: object,
): never {
  const unknown = Object.keys(labels).filter((name) => !labelNames.includes(name));
  throw new TelltaleError(
    'TELLTALE_INVALID_VALUE',
    `metric ${metric}: unknown label ${unknown.map((name) => `"${name}"`).join(', ')}; its labels are ${labelNames.join(', ') || '(none)'}`,
  );
}

/** Refuses what is not a finite number, as prom-client does. */
export function finite(metric: { readonly name: string }, value: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new TelltaleError(
      'TELLTALE_INVALID_VALUE',
      `metric ${metric.name}: expected a finite number, got ${String(value)}`,
    );
  }
  return value;
}
