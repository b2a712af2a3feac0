import type { SummaryConfiguration } from 'prom-client';
import type { Diagnostics } from '../../core/diagnostics.js';
import { TelltaleError } from '../../model/errors.js';
import type { MetricGroup } from '../../model/group.js';
import { DURATION_BUCKETS, type MetricDefinition } from '../../model/metric.js';
import { createCollectors } from './collectors.js';
import { CounterFamily } from './counter.js';
import type { MetricConfig, Storage } from './family.js';
import { GaugeFamily } from './gauge.js';
import type { Counter, Gauge, Histogram } from './handles.js';
import { HistogramFamily } from './histogram.js';
import { lintMetric } from './lint.js';
import type { MetricsObserver } from './observer.js';
import type { MetricsOptions } from './options.js';
import { holds, refuseDuplicates, refuseOther, register } from './ownership.js';
import { Pool } from './pool.js';
import { Registry, Summary } from './prom-client.js';
import type { AnyFamily } from './recorder.js';
import { refuseConfig, refuseShapeless } from './refuse.js';
import type { Format, TracePlace } from './sample.js';
import { createScraper } from './scrape.js';

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
  counter<const Label extends string = never>(
    config: MetricConfig<Label> & ThisType<Counter<Label>>,
  ): Counter<Label>;
  /** A gauge, made the first time and found again afterwards. Throws as {@link Metrics.counter}. */
  gauge<const Label extends string = never>(
    config: MetricConfig<Label> & ThisType<Gauge<Label>>,
  ): Gauge<Label>;
  /**
   * A histogram, made the first time and found again afterwards. Buckets default to seconds from
   * 0.005 to 10. Throws as {@link Metrics.counter}, and on buckets that do not ascend.
   */
  histogram<const Label extends string = never>(
    config: MetricConfig<Label> & { buckets?: readonly number[] } & ThisType<Histogram<Label>>,
  ): Histogram<Label>;
  /** Registers a declared group, feeds it from its operations, and gives typed handles. */
  use<Group extends MetricGroup>(group: Group): Handles<Group>;
  /** Runs `collect` before each collection. Returns what takes it out again. */
  onCollect(name: string, collect: () => void | Promise<void>): () => void;
  /**
   * A summary of prom-client's own, made the first time and found again afterwards. A histogram can
   * be added up over instances and a summary cannot.
   */
  summary<Label extends string = never>(config: SummaryConfiguration<Label>): Summary<Label>;
  /** Every metric as text. */
  text(format?: Format): Promise<string>;
  /**
   * The same as bytes, in pieces of some 32 kB; what is not there within the time, in milliseconds, is
   * left out.
   */
  pieces(format?: Format, timeoutMs?: number): Promise<readonly Buffer[]>;
  /** How many series telltale's own metrics have. */
  seriesCount(): number;
  /** How many values were folded into `__other__`, by metric. */
  foldedCounts(): ReadonlyMap<string, number>;
}

/** As many series of one metric as a dashboard can still show and a Prometheus likes to keep. */
export const SERIES_LIMIT = 2000;

/** What metrics need from the rest of the service. */
export interface MetricsParts {
  observer: MetricsObserver;
  diagnostics: Diagnostics;
  /** Is told of names that go against conventions. */
  advise: (advice: string) => void;
  /** The trace of what runs now, where it is recorded: the exemplar of what is counted. */
  sampled: () => TracePlace | undefined;
}

/** Creates the metrics of one Monitoring. */
export function createMetrics(options: MetricsOptions, parts: MetricsParts): Metrics {
  const { observer, diagnostics, advise } = parts;
  const registry = options.registry ?? new Registry();
  const prefix = options.prefix ?? '';
  const most = options.seriesLimit ?? SERIES_LIMIT;
  const durations = options.buckets ?? DURATION_BUCKETS;
  const collectors = createCollectors(diagnostics);
  const owned = new Map<string, AnyFamily>();
  const folded = new Map<string, number>();
  const storage: Storage = {
    pool: new Pool(),
    tracePlace: parts.sampled,
    limit: { most, folded: (name) => folded.set(name, (folded.get(name) ?? 0) + 1) },
  };
  const registries = [registry, ...(options.registries ?? [])] as const;
  refuseDuplicates(registries);
  const refresh = () => collectors.run();
  const scraper = createScraper(registries, collectors, diagnostics);
  if (options.labels !== undefined) registry.setDefaultLabels(options.labels);

  function own<F extends AnyFamily>(
    type: F['type'],
    config: MetricConfig<string>,
    make: () => F,
  ): F {
    refuseShapeless(config);
    const known = owned.get(config.name);
    if (known === undefined) {
      const family = make();
      family.beforeRead = refresh;
      for (const advice of lintMetric(family)) advise(advice);
      register(registries, family);
      owned.set(config.name, family);
      return family;
    }
    refuseOther(known, type, config.labelNames ?? []);
    // It may have been taken out there.
    if (!holds(registry, known)) register(registries, known);
    return known as F;
  }

  function create(definition: MetricDefinition): AnyFamily {
    const config = {
      name: prefix + definition.name,
      help: definition.help,
      labelNames: definition.labels,
      aggregator: definition.aggregator,
    };
    const buckets = definition.buckets ?? durations;
    if (definition.kind === 'counter') {
      return own('counter', config, () => new CounterFamily(config, storage));
    }
    if (definition.kind === 'gauge') {
      return own('gauge', config, () => new GaugeFamily(config, storage));
    }
    const full = { ...config, buckets };
    return own('histogram', config, () => new HistogramFamily(full, storage));
  }

  return {
    registry,
    counter: (config) => own('counter', config, () => new CounterFamily(config, storage)),
    gauge: (config) => own('gauge', config, () => new GaugeFamily(config, storage)),
    histogram: (config) =>
      own(
        'histogram',
        config,
        () => new HistogramFamily({ ...config, buckets: config.buckets ?? durations }, storage),
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
    summary(config) {
      refuseShapeless(config);
      const known = registry.getSingleMetric(config.name);
      if (known === undefined) {
        refuseConfig(config);
        return new Summary({ ...config, registers: [registry] });
      }
      if (known instanceof Summary) return known;
      throw new TelltaleError(
        'TELLTALE_INVALID_METRIC',
        `metric ${config.name}: exists already and is no summary`,
      );
    },
    async text(format = 'text') {
      return Buffer.concat(await scraper.scrape(format)).toString();
    },
    pieces: (format = 'text', timeoutMs) => scraper.scrape(format, timeoutMs),
    foldedCounts: () => folded,
    seriesCount() {
      let count = 0;
      for (const family of owned.values()) count += family.index.size;
      return count;
    },
  };
}
