import { TelltaleError } from '../../model/errors.js';
import {
  type Exemplar,
  Family,
  finite,
  type PromSample,
  type SampleSink,
  type Series,
} from './family.js';
import type { Counter, CounterSeries, LabelInput } from './handles.js';

/** One series of a counter. */
export class CounterCell implements Series, CounterSeries {
  value = 0;
  exemplar: Exemplar | undefined = undefined;
  readonly text: string;
  readonly #metric: string;

  constructor(text: string, metric: string) {
    this.text = text;
    this.#metric = metric;
  }

  reset(): void {
    this.value = 0;
    this.exemplar = undefined;
  }

  /** @throws TelltaleError when the value is negative or not a finite number. */
  inc(value = 1): void {
    if (value >= 0 && value < Number.POSITIVE_INFINITY) this.value += value;
    else refuse(this.#metric, value);
  }

  /** Follows a total that is counted elsewhere; it never goes back. */
  reach(total: number): void {
    if (total > this.value) this.value = total;
  }
}

function refuse(metric: string, value: number): void {
  if (finite(metric, value) < 0) {
    throw new TelltaleError(
      'TELLTALE_INVALID_VALUE',
      `metric ${metric}: a counter cannot decrease, got ${value}`,
    );
  }
}

/** A number that only grows. The calls are those of prom-client's `Counter`. */
export class CounterFamily extends Family<CounterCell> implements Counter {
  readonly type = 'counter';

  inc(value?: number): void;
  inc(labels: LabelInput<string>, value?: number): void;
  inc(labels?: LabelInput<string> | number, value?: number): void {
    if (typeof labels === 'object') this.cell(labels).inc(value);
    else this.cell({}).inc(labels);
  }

  write(cell: CounterCell, sink: SampleSink): void {
    sink('', cell.text, cell.value, cell.exemplar);
  }

  protected createCell(text: string): CounterCell {
    return new CounterCell(text, this.name);
  }

  protected readCell(cell: CounterCell, labels: Record<string, string>, into: PromSample[]): void {
    into.push({ labels, value: cell.value });
  }
}
