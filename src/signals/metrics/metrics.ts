import { type Metric, Registry } from 'prom-client';
import type { Diagnostics } from '../../core/diagnostics.js';
import { TelltaleError } from '../../model/errors.js';
import type { MetricGroup } from '../../model/group.js';
import { DURATION_BUCKETS, type MetricDefinition } from '../../model/metric.js';
import { createCollectors } from './collectors.js';
import { CounterFamily } from './counter.js';
import { writeExposition } from './exposition.js';
import type { Format, MetricConfig } from './family.js';
import { GaugeFamily } from './gauge.js';
import type { Counter, Gauge, Histogram } from './handles.js';
import { HistogramFamily } from './histogram.js';
import type { SeriesLimit } from './label-index.js';
import type { MetricsObserver } from './observer.js';
import type { MetricsOptions } from './options.js';
import type { AnyFamily } from './recorder.js';

/** The handle of one declared metric. */
export type HandleOf<Definition extends MetricDefinition> =
  Definition extends MetricDefinition<'counter', infer Label>
    ? Counter<Label>
    : Definition extends MetricDefinition<'gauge', infer Label>
      ? Gauge<Label>
      : Definition extends MetricDefinition<'histogram', infer Label>
        ? Histogram<Label>
        : never;

/** The handles of a group, by the keys under which the group declares its metrics. */
export type Handles<Group extends MetricGroup> = {
  readonly [Key in keyof Group['metrics']]: HandleOf<Group['metrics'][Key]>;
};

/** Metrics: a prom-client registry, and typed ways to fill it. */
export interface Metrics {
  /** prom-client's registry. What is registered here, by anyone, is on the metrics endpoint. */
  readonly registry: Registry;
  /**
   * A counter, made the first time and found again afterwards.
   *
   * @throws TelltaleError on an invalid name or label, or when the name belongs to another metric.
   * @example
   * const orders = monitoring.metrics.counter({
   *   name: 'orders_total', help: 'Orders placed', labelNames: ['plan'],
   * });
   * orders.inc({ plan: 'pro' });
   */
  counter<const Label extends string = never>(config: MetricConfig<Label>): Counter<Label>;
  /** A gauge, made the first time and found again afterwards. Throws as {@link Metrics.counter}. */
  gauge<const Label extends string = never>(config: MetricConfig<Label>): Gauge<Label>;
  /**
   * A histogram, made the first time and found again afterwards. Buckets default to seconds from
   * 0.005 to 10. Throws as {@link Metrics.counter}, and on buckets that do not ascend.
   */
  histogram<const Label extends string = never>(
    config: MetricConfig<Label> & { buckets?: readonly number[] },
  ): Histogram<Label>;
  /** Registers a declared group, feeds it from its operations, and gives typed handles. */
  use<Group extends MetricGroup>(group: Group): Handles<Group>;
  /** Runs `collect` before each collection. Returns what takes it out again. */
  onCollect(name: string, collect: () => void | Promise<void>): () => void;
  /** Every metric as text. */
  text(format?: Format): Promise<string>;
  /** How many series telltale's own metrics have. */
  seriesCount(): number;
  /** How many values were folded into `__other__`, by metric. */
  foldedCounts(): ReadonlyMap<string, number>;
}

/** As many series of one metric as a dashboard can still show and a Prometheus likes to keep. */
export const SERIES_LIMIT = 2000;

/** Creates the metrics of one Monitoring. */
export function createMetrics(
  options: MetricsOptions,
  observer: MetricsObserver,
  diagnostics: Diagnostics,
): Metrics {
  const registry = options.registry ?? new Registry();
  const prefix = options.prefix ?? '';
  const most = options.seriesLimit ?? SERIES_LIMIT;
  const durations = options.buckets ?? DURATION_BUCKETS;
  const collectors = createCollectors(diagnostics);
  const owned = new Map<string, AnyFamily>();
  const folded = new Map<string, number>();
  if (options.labels !== undefined) registry.setDefaultLabels(options.labels);

  function own<F extends AnyFamily>(
    type: F['type'],
    config: MetricConfig<string>,
    make: () => F,
  ): F {
    const known = owned.get(config.name);
    if (known === undefined) {
      const family = make();
      family.beforeRead = collectors.run;
      register(registry, family);
      owned.set(config.name, family);
      return family;
    }
    refuseOther(known, type, config.labelNames ?? []);
    return known as F;
  }

  function limitOf({ name }: { name: string }): SeriesLimit {
    return { most, folded: () => folded.set(name, (folded.get(name) ?? 0) + 1) };
  }

  function create(definition: MetricDefinition): AnyFamily {
    const config = {
      name: prefix + definition.name,
      help: definition.help,
      labelNames: definition.labels,
    };
    const buckets = definition.buckets ?? durations;
    if (definition.kind === 'counter') {
      return own('counter', config, () => new CounterFamily(config, limitOf(config)));
    }
    if (definition.kind === 'gauge') {
      return own('gauge', config, () => new GaugeFamily(config, limitOf(config)));
    }
    const full = { ...config, buckets };
    return own('histogram', config, () => new HistogramFamily(full, limitOf(config)));
  }

  return {
    registry,
    counter: (config) => own('counter', config, () => new CounterFamily(config, limitOf(config))),
    gauge: (config) => own('gauge', config, () => new GaugeFamily(config, limitOf(config))),
    histogram: (config) =>
      own(
        'histogram',
        config,
        () => new HistogramFamily({ buckets: durations, ...config }, limitOf(config)),
      ),
    use(group) {
      const handles: Record<string, AnyFamily> = {};
      for (const [key, definition] of Object.entries(group.metrics)) {
        const isNew = !owned.has(prefix + definition.name);
        const family = create(definition);
        if (isNew && definition.feed !== undefined) observer.feed(family, definition.feed);
        handles[key] = family;
      }
      // Each definition has made a family of its own kind.
      return handles as unknown as Handles<typeof group>;
    },
    onCollect: collectors.add,
    async text(format = 'text') {
      await collectors.run();
      return writeExposition(registry, format, diagnostics);
    },
    foldedCounts: () => folded,
    seriesCount() {
      let count = 0;
      for (const family of owned.values()) count += family.index.size;
      return count;
    },
  };
}

function register(registry: Registry, family: AnyFamily): void {
  if (registry.getSingleMetric(family.name) !== undefined) {
    throw new TelltaleError(
      'TELLTALE_INVALID_METRIC',
      `metric ${family.name}: the registry already holds a metric of that name that telltale did not make`,
    );
  }
  // A registry takes anything that has a metric's members; its type asks for its own classes.
  registry.registerMetric(family as unknown as Metric);
}

function refuseOther(known: AnyFamily, type: string, labelNames: readonly string[]): void {
  if (known.type === type && known.labelNames.join() === labelNames.join()) return;
  throw new TelltaleError(
    'TELLTALE_INVALID_METRIC',
    `metric ${known.name}: exists as a ${known.type} with labels (${known.labelNames.join(', ')}), asked for as a ${type} with labels (${labelNames.join(', ')})`,
  );
}
