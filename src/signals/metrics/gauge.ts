import { Family, type MetricConfig, type Storage } from './family.js';
import type { Gauge, GaugeSeries, LabelInput } from './handles.js';
import { finite } from './refuse.js';
import type { PromSample, SampleSink, SeriesWriter } from './sample.js';
import { Series } from './series.js';
import { startWatch } from './stopwatch.js';

/** A number that goes up and down. The calls are those of prom-client's `Gauge`. */
export class GaugeFamily extends Family<GaugeHandle> implements Gauge {
  readonly type = 'gauge';
  /** Whether it counts work under way, which neither a reset nor a removal ends. */
  countsRunning = false;

  constructor(config: MetricConfig<string>, storage: Storage) {
    super(config, 1, storage);
  }

  set(value: number): void;
  set(labels: LabelInput<string>, value: number): void;
  set(labels: LabelInput<string> | number, value?: number): void {
    if (typeof labels === 'object') this.feed(this.address(labels), value as number);
    else this.feed(this.address({}), labels);
  }

  inc(value?: number): void;
  inc(labels: LabelInput<string>, value?: number): void;
  inc(labels?: LabelInput<string> | number, value?: number): void {
    if (typeof labels === 'object') this.add(this.address(labels), value);
    else this.add(this.address({}), labels);
  }

  dec(value?: number): void;
  dec(labels: LabelInput<string>, value?: number): void;
  dec(labels?: LabelInput<string> | number, value?: number): void {
    if (typeof labels === 'object') this.subtract(this.address(labels), value);
    else this.subtract(this.address({}), labels);
  }

  setToCurrentTime(labels: LabelInput<string> = {}): void {
    this.feed(this.address(labels), Date.now() / 1000);
  }

  startTimer(labels: LabelInput<string> = {}): (endLabels?: LabelInput<string>) => number {
    return startWatch((seconds, endLabels: LabelInput<string> = {}) =>
      this.set({ ...labels, ...endLabels }, seconds),
    );
  }

  feed(address: number, value: number): void {
    this.pool.set(address, finite(this, value));
  }

  add(address: number, value = 1): void {
    this.pool.add(address, finite(this, value));
  }

  subtract(address: number, value = 1): void {
    this.pool.add(address, -finite(this, value));
  }

  /** Takes away 1 where work ends that may have begun before its series did. */
  leave(address: number): void {
    if (this.pool.get(address) > 0) this.pool.add(address, -1);
  }

  override reset(): void {
    if (!this.countsRunning) super.reset();
  }

  writer(sink: SampleSink): SeriesWriter {
    return (address, labels) => sink('', labels, this.pool.get(address));
  }

  protected read(address: number, labels: Record<string, string>, into: PromSample[]): void {
    into.push({ labels, value: this.pool.get(address) });
  }

  protected createHandle(address: number): GaugeHandle {
    return new GaugeHandle(this, address);
  }
}

class GaugeHandle extends Series<GaugeFamily> implements GaugeSeries {
  set(value: number): void {
    this.family.feed(this.address, value);
  }

  inc(value = 1): void {
    this.family.add(this.address, value);
  }

  dec(value = 1): void {
    this.family.subtract(this.address, value);
  }

  setToCurrentTime(): void {
    this.family.feed(this.address, Date.now() / 1000);
  }

  startTimer(): () => number {
    return startWatch((seconds) => this.set(seconds));
  }
}
