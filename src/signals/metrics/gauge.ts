import { Family, finite, type PromSample, type SampleSink, type Series } from './family.js';
import type { Gauge, GaugeSeries, LabelInput } from './handles.js';

/** One series of a gauge. */
export class GaugeCell implements Series, GaugeSeries {
  value = 0;
  readonly text: string;
  readonly #metric: string;

  constructor(text: string, metric: string) {
    this.text = text;
    this.#metric = metric;
  }

  reset(): void {
    this.value = 0;
  }

  /** @throws TelltaleError when the value is not a finite number. */
  set(value: number): void {
    this.value = finite(this.#metric, value);
  }

  inc(value = 1): void {
    this.value += finite(this.#metric, value);
  }

  dec(value = 1): void {
    this.value -= finite(this.#metric, value);
  }

  setToCurrentTime(): void {
    this.value = Date.now() / 1000;
  }
}

/** A number that goes up and down. The calls are those of prom-client's `Gauge`. */
export class GaugeFamily extends Family<GaugeCell> implements Gauge {
  readonly type = 'gauge';

  set(value: number): void;
  set(labels: LabelInput<string>, value: number): void;
  set(labels: LabelInput<string> | number, value?: number): void {
    if (typeof labels === 'object') this.cell(labels).set(value as number);
    else this.cell({}).set(labels);
  }

  inc(value?: number): void;
  inc(labels: LabelInput<string>, value?: number): void;
  inc(labels?: LabelInput<string> | number, value?: number): void {
    if (typeof labels === 'object') this.cell(labels).inc(value);
    else this.cell({}).inc(labels);
  }

  dec(value?: number): void;
  dec(labels: LabelInput<string>, value?: number): void;
  dec(labels?: LabelInput<string> | number, value?: number): void {
    if (typeof labels === 'object') this.cell(labels).dec(value);
    else this.cell({}).dec(labels);
  }

  setToCurrentTime(labels: LabelInput<string> = {}): void {
    this.cell(labels).setToCurrentTime();
  }

  write(cell: GaugeCell, sink: SampleSink): void {
    sink('', cell.text, cell.value);
  }

  protected createCell(text: string): GaugeCell {
    return new GaugeCell(text, this.name);
  }

  protected readCell(cell: GaugeCell, labels: Record<string, string>, into: PromSample[]): void {
    into.push({ labels, value: cell.value });
  }
}
