import { Family, type MetricConfig, type Storage } from './family.js';
import type { Histogram, HistogramSeries, LabelInput } from './handles.js';
import { ABSENT } from './label-table.js';
import { finite, refuseBuckets } from './refuse.js';
import type { Exemplar, Format, PromSample, SampleSink, SeriesWriter } from './sample.js';
import { Series } from './series.js';
import { startWatch } from './stopwatch.js';
import { boundText, numberText } from './text.js';

/** What a histogram is made of. */
export interface HistogramConfig extends MetricConfig<string> {
  /** Upper bounds, ascending, without infinity. */
  buckets: readonly number[];
}

/**
 * How often a value fell under each bound. The calls are those of prom-client's `Histogram`. A
 * series has how many values fell between each bound and the one below, then how many were beyond
 * every bound, then their sum.
 */
export class HistogramFamily extends Family<HistogramHandle> implements Histogram {
  readonly type = 'histogram';
  readonly buckets: readonly number[];

  constructor(config: HistogramConfig, storage: Storage) {
    refuseBuckets(config);
    super(config, config.buckets.length + 2, storage);
    // A block has room for these, whatever becomes of the caller's list.
    this.buckets = [...config.buckets];
  }

  observe(value: number): void;
  observe(labels: LabelInput<string>, value: number): void;
  observe(labels: LabelInput<string> | number, value?: number): void {
    if (typeof labels === 'object') this.add(this.address(labels), value as number);
    else this.add(this.address({}), labels);
  }

  /** Feeds from code that may run in a trace. */
  add(address: number, value: number): void {
    this.feed(address, value);
    const exemplar = this.exemplarFor(value);
    if (exemplar !== undefined) this.exemplify(address, exemplar);
  }

  startTimer(labels: LabelInput<string> = {}): (endLabels?: LabelInput<string>) => number {
    return startWatch((seconds, endLabels: LabelInput<string> = {}) =>
      this.observe({ ...labels, ...endLabels }, seconds),
    );
  }

  zero(labels: LabelInput<string> = {}): void {
    const address = this.address(labels);
    // One that is folded has its series together with others.
    const isFolded = this.index.findValues(this.index.valuesOf(labels)) === ABSENT;
    if (!isFolded) this.empty(address);
  }

  feed(address: number, value: number): void {
    finite(this, value);
    this.pool.add(address + this.#bucketOf(value), 1);
    this.pool.add(address + this.buckets.length + 1, value);
  }

  /** Keeps the latest trace of each bucket. */
  exemplify(address: number, exemplar: Exemplar): void {
    this.keepExemplar(address + this.#bucketOf(exemplar.value), exemplar);
  }

  writer(sink: SampleSink, format: Format): SeriesWriter {
    const spell = format === 'text' ? numberText : boundText;
    const bounds = [...this.buckets, Number.POSITIVE_INFINITY].map(spell);
    return (address, labels) => {
      const start = labels === '' ? 'le="' : `${labels},le="`;
      let cumulative = 0;
      for (let i = 0; i < bounds.length; i++) {
        cumulative += this.pool.get(address + i);
        sink('_bucket', `${start}${bounds[i]}"`, cumulative, this.exemplarOf(address + i));
      }
      sink('_sum', labels, this.pool.get(address + bounds.length));
      sink('_count', labels, cumulative);
    };
  }

  protected read(address: number, labels: Record<string, string>, into: PromSample[]): void {
    let cumulative = 0;
    for (let i = 0; i <= this.buckets.length; i++) {
      cumulative += this.pool.get(address + i);
      const le = this.buckets[i] ?? '+Inf';
      into.push({
        metricName: `${this.name}_bucket`,
        labels: { le, ...labels },
        value: cumulative,
      });
    }
    const sum = this.pool.get(address + this.buckets.length + 1);
    into.push({ metricName: `${this.name}_sum`, labels, value: sum });
    into.push({ metricName: `${this.name}_count`, labels, value: cumulative });
  }

  protected createHandle(address: number): HistogramHandle {
    return new HistogramHandle(this, address);
  }

  #bucketOf(value: number): number {
    const bounds = this.buckets;
    let i = 0;
    while (i < bounds.length && value > (bounds[i] as number)) i++;
    return i;
  }
}

class HistogramHandle extends Series<HistogramFamily> implements HistogramSeries {
  observe(value: number): void {
    this.family.add(this.address, value);
  }

  startTimer(): () => number {
    return startWatch((seconds) => this.observe(seconds));
  }
}
