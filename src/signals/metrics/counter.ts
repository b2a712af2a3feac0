import { TelltaleError } from '../../model/errors.js';
import { Family, type MetricConfig, type Storage } from './family.js';
import type { Counter, CounterSeries, LabelInput } from './handles.js';
import { finite } from './refuse.js';
import type { Exemplar, PromSample, SampleSink, SeriesWriter } from './sample.js';
import { Series } from './series.js';

/** A number that only grows. The calls are those of prom-client's `Counter`. */
export class CounterFamily extends Family<CounterHandle> implements Counter {
  readonly type = 'counter';

  constructor(config: MetricConfig<string>, storage: Storage) {
    super(config, 1, storage);
  }

  inc(value?: number): void;
  inc(labels: LabelInput<string>, value?: number): void;
  inc(labels?: LabelInput<string> | number, value?: number): void {
    if (typeof labels === 'object') this.add(this.address(labels), value);
    else this.add(this.address({}), labels);
  }

  /** Feeds from code that may run in a trace. */
  add(address: number, value = 1): void {
    this.feed(address, value);
    const exemplar = this.exemplarFor(value);
    if (exemplar !== undefined) this.exemplify(address, exemplar);
  }

  feed(address: number, value = 1): void {
    if (finite(this, value) < 0) this.#refuse(value);
    this.pool.add(address, value);
  }

  reach(address: number, total: number): void {
    if (total > this.pool.get(address)) this.pool.set(address, total);
  }

  exemplify(address: number, exemplar: Exemplar): void {
    this.keepExemplar(address, exemplar);
  }

  writer(sink: SampleSink): SeriesWriter {
    return (address, labels) => sink('', labels, this.pool.get(address), this.exemplarOf(address));
  }

  protected read(address: number, labels: Record<string, string>, into: PromSample[]): void {
    into.push({ labels, value: this.pool.get(address) });
  }

  protected createHandle(address: number): CounterHandle {
    return new CounterHandle(this, address);
  }

  #refuse(value: number): never {
    throw new TelltaleError(
      'TELLTALE_INVALID_VALUE',
      `metric ${this.name}: a counter cannot decrease, got ${value}`,
    );
  }
}

class CounterHandle extends Series<CounterFamily> implements CounterSeries {
  inc(value = 1): void {
    this.family.add(this.address, value);
  }

  reach(total: number): void {
    this.family.reach(this.address, total);
  }
}
