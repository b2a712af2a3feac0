import { TelltaleError } from '../../model/errors.js';
import {
  type Exemplar,
  Family,
  type Format,
  finite,
  type MetricConfig,
  type PromSample,
  type SampleSink,
  type Series,
} from './family.js';
import type { Histogram, HistogramSeries, LabelInput } from './handles.js';
import type { SeriesLimit } from './label-index.js';
import { boundText, numberText } from './text.js';

/** One series of a histogram. */
export class HistogramCell implements Series, HistogramSeries {
  sum = 0;
  readonly text: string;
  /** How many values fell between this bound and the one below; the last is beyond every bound. */
  readonly counts: Float64Array;
  exemplars: (Exemplar | undefined)[] | undefined = undefined;
  readonly #bounds: readonly number[];
  readonly #metric: string;

  constructor(text: string, metric: string, bounds: readonly number[]) {
    this.text = text;
    this.#metric = metric;
    this.#bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  reset(): void {
    this.sum = 0;
    this.counts.fill(0);
    this.exemplars = undefined;
  }

  /** @throws TelltaleError when the value is not a finite number. */
  observe(value: number): void {
    this.sum += finite(this.#metric, value);
    (this.counts[this.#bucketOf(value)] as number)++;
  }

  /** Keeps the latest trace of each bucket. */
  exemplify(exemplar: Exemplar): void {
    this.exemplars ??= new Array(this.counts.length);
    this.exemplars[this.#bucketOf(exemplar.value)] = exemplar;
  }

  #bucketOf(value: number): number {
    const bounds = this.#bounds;
    let i = 0;
    while (i < bounds.length && value > (bounds[i] as number)) i++;
    return i;
  }

  /** Starts a timer; the function it returns observes the seconds that went by, and returns them. */
  startTimer(): () => number {
    const start = performance.now();
    return () => {
      const seconds = (performance.now() - start) / 1000;
      this.observe(seconds);
      return seconds;
    };
  }
}

/** What a histogram is made of. */
export interface HistogramConfig extends MetricConfig<string> {
  /** Upper bounds, ascending, without infinity. */
  buckets: readonly number[];
}

/** How often a value fell under each bound. The calls are those of prom-client's `Histogram`. */
export class HistogramFamily extends Family<HistogramCell> implements Histogram {
  readonly type = 'histogram';
  readonly buckets: readonly number[];
  readonly #bounds: Readonly<Record<Format, readonly string[]>>;

  constructor(config: HistogramConfig, limit?: SeriesLimit) {
    if (config.labelNames?.includes('le')) {
      throw new TelltaleError(
        'TELLTALE_INVALID_METRIC',
        `metric ${config.name}: the label "le" is the histogram's own`,
      );
    }
    if (
      config.buckets.some(
        (bound, i) => !(bound > (config.buckets[i - 1] ?? Number.NEGATIVE_INFINITY)),
      )
    ) {
      throw new TelltaleError(
        'TELLTALE_INVALID_METRIC',
        `metric ${config.name}: expected buckets in ascending order, got ${JSON.stringify(config.buckets)}`,
      );
    }
    super(config, limit);
    this.buckets = config.buckets;
    const bounds = [...config.buckets, Number.POSITIVE_INFINITY];
    this.#bounds = { text: bounds.map(numberText), openmetrics: bounds.map(boundText) };
  }

  observe(value: number): void;
  observe(labels: LabelInput<string>, value: number): void;
  observe(labels: LabelInput<string> | number, value?: number): void {
    if (typeof labels === 'object') this.cell(labels).observe(value as number);
    else this.cell({}).observe(labels);
  }

  startTimer(labels: LabelInput<string> = {}): (endLabels?: LabelInput<string>) => number {
    const start = performance.now();
    return (endLabels = {}) => {
      const seconds = (performance.now() - start) / 1000;
      this.cell({ ...labels, ...endLabels }).observe(seconds);
      return seconds;
    };
  }

  write(cell: HistogramCell, sink: SampleSink, format: Format): void {
    const bounds = this.#bounds[format];
    const start = cell.text === '' ? 'le="' : `${cell.text},le="`;
    let cumulative = 0;
    for (let i = 0; i < bounds.length; i++) {
      cumulative += cell.counts[i] as number;
      sink('_bucket', `${start}${bounds[i]}"`, cumulative, cell.exemplars?.[i]);
    }
    sink('_sum', cell.text, cell.sum);
    sink('_count', cell.text, cumulative);
  }

  protected createCell(text: string): HistogramCell {
    return new HistogramCell(text, this.name, this.buckets);
  }

  protected readCell(
    cell: HistogramCell,
    labels: Record<string, string>,
    into: PromSample[],
  ): void {
    let cumulative = 0;
    for (let i = 0; i <= this.buckets.length; i++) {
      cumulative += cell.counts[i] as number;
      const le = this.buckets[i] ?? '+Inf';
      into.push({
        metricName: `${this.name}_bucket`,
        labels: { le, ...labels },
        value: cumulative,
      });
    }
    into.push({ metricName: `${this.name}_sum`, labels, value: cell.sum });
    into.push({ metricName: `${this.name}_count`, labels, value: cumulative });
  }
}
