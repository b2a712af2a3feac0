import { TelltaleError } from '../../model/errors.js';
import type { LabelInput } from './handles.js';
import { LabelIndex, type SeriesLimit } from './label-index.js';
import { labelText } from './text.js';

/** One line of an exposition, in the shape that prom-client's registry reads. */
export interface PromSample {
  metricName?: string;
  labels: Record<string, string | number>;
  value: number;
}

/** One metric with its values, in the shape that prom-client's registry reads. */
export interface PromMetric {
  name: string;
  help: string;
  type: string;
  aggregator: string;
  values: PromSample[];
}

/** How metrics are written. */
export type Format = 'text' | 'openmetrics';

/** A trace that a value came from. */
export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly value: number;
  /** Seconds since the epoch. */
  readonly time: number;
}

/** Receives the samples of a metric, ready to be written. */
export type SampleSink = (
  suffix: string,
  labels: string,
  value: number,
  exemplar?: Exemplar | undefined,
) => void;

/** What a family is made of. */
export interface MetricConfig<Label extends string> {
  /** Prometheus name in base units. */
  name: string;
  help: string;
  labelNames?: readonly Label[] | undefined;
  /** Runs before each collection, with the metric as `this`: set the values that are read now. */
  collect?: (() => void | Promise<void>) | undefined;
}

/** The part of a series that every kind of metric has. */
export interface Series {
  /** Back to the value of a new series. */
  reset(): void;
  /** The labels as they stand between the braces, escaped once. */
  readonly text: string;
}

/**
 * A metric of telltale's own. prom-client's registry takes it for one of its own, so code that
 * reads the registry sees it; its series are looked up without hashing labels to a string.
 */
export abstract class Family<Cell extends Series> {
  abstract readonly type: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly aggregator: string = 'sum';
  readonly index: LabelIndex<Cell>;
  collect: (() => void | Promise<void>) | undefined;
  /** Brings shared values up to date when the registry is read by something else than telltale. */
  beforeRead: (() => Promise<void>) | undefined = undefined;

  constructor(config: MetricConfig<string>, limit?: SeriesLimit) {
    checkNames(config.name, config.labelNames ?? []);
    this.name = config.name;
    this.help = config.help;
    this.labelNames = config.labelNames ?? [];
    this.collect = config.collect;
    this.index = new LabelIndex(
      this.labelNames,
      (values) => this.createCell(labelText(this.labelNames, values)),
      limit,
    );
  }

  /** The series for these labels, to be kept by callers that feed it often. */
  labels(labels: LabelInput<string>): Cell;
  labels(...values: (string | number)[]): Cell;
  labels(...args: [LabelInput<string>] | (string | number)[]): Cell {
    const [first] = args;
    if (typeof first === 'object') return this.cell(first);
    if (args.length !== this.labelNames.length) {
      throw new TelltaleError(
        'TELLTALE_INVALID_VALUE',
        `metric ${this.name}: expected ${this.labelNames.length} label values (${this.labelNames.join(', ')}), got ${args.length}`,
      );
    }
    return this.index.at(args.map(String));
  }

  /** Forgets one series. What is kept of it elsewhere is no longer shown. */
  remove(labels: LabelInput<string>): void;
  remove(...values: (string | number)[]): void;
  remove(...args: [LabelInput<string>] | (string | number)[]): void {
    const [first] = args;
    const values =
      typeof first === 'object'
        ? this.labelNames.map((name) => String(first[name] ?? ''))
        : args.map(String);
    this.index.delete(values);
  }

  /** Sets every series back to 0. They stay, so that whoever keeps one goes on feeding it. */
  reset(): void {
    for (const [cell] of this.index.entries()) cell.reset();
  }

  /** Every series with its label values. A metric without labels has its one series from the start. */
  series(): IterableIterator<[Cell, readonly string[]]> {
    if (this.labelNames.length === 0) this.index.at([]);
    return this.index.entries();
  }

  /** The metric as prom-client's registry reads it. */
  async get(): Promise<PromMetric> {
    await this.beforeRead?.();
    await this.collect?.();
    const values: PromSample[] = [];
    for (const [cell, labelValues] of this.series()) {
      const labels: Record<string, string> = {};
      this.labelNames.forEach((name, i) => {
        if (labelValues[i] !== '') labels[name] = labelValues[i] as string;
      });
      this.readCell(cell, labels, values);
    }
    const { name, help, type, aggregator } = this;
    return { name, help, type, aggregator, values };
  }

  /** Tells `sink` every sample of one series. */
  abstract write(cell: Cell, sink: SampleSink, format: Format): void;

  protected abstract createCell(text: string): Cell;
  protected abstract readCell(cell: Cell, labels: Record<string, string>, into: PromSample[]): void;

  protected cell(labels: LabelInput<string>): Cell {
    let known = 0;
    const names = this.labelNames;
    for (let i = 0; i < names.length; i++) {
      const value = labels[names[i] as string];
      if (value === undefined) continue;
      known++;
      if (typeof value !== 'string') return this.#cellOfMixed(labels);
    }
    for (const _ in labels) known--;
    if (known < 0) this.#refuse(labels);
    return this.index.of(labels as Record<string, string>);
  }

  #cellOfMixed(labels: LabelInput<string>): Cell {
    for (const name of Object.keys(labels)) {
      if (!this.labelNames.includes(name)) this.#refuse(labels);
    }
    return this.index.at(this.labelNames.map((name) => String(labels[name] ?? '')));
  }

  #refuse(labels: LabelInput<string>): never {
    const unknown = Object.keys(labels).filter((name) => !this.labelNames.includes(name));
    throw new TelltaleError(
      'TELLTALE_INVALID_VALUE',
      `metric ${this.name}: unknown label ${unknown.map((name) => `"${name}"`).join(', ')}; its labels are ${this.labelNames.join(', ') || '(none)'}`,
    );
  }
}

function checkNames(name: string, labelNames: readonly string[]): void {
  if (typeof name !== 'string' || !/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) {
    throw new TelltaleError(
      'TELLTALE_INVALID_METRIC',
      `metric name: expected letters, digits and _, got ${JSON.stringify(name)}`,
    );
  }
  for (const label of labelNames) {
    if (!/^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/.test(label)) {
      throw new TelltaleError(
        'TELLTALE_INVALID_METRIC',
        `metric ${name}: expected label names of letters, digits and _, got ${JSON.stringify(label)}`,
      );
    }
  }
}

/** Refuses what is not a finite number, as prom-client does. */
export function finite(metric: string, value: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new TelltaleError(
      'TELLTALE_INVALID_VALUE',
      `metric ${metric}: expected a finite number, got ${String(value)}`,
    );
  }
  return value;
}
