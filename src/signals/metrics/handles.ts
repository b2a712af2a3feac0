/**
 * Label values as a user gives them; a label that is left out counts as empty. A metric without
 * labels takes none.
 */
export type LabelInput<Label extends string> = [Label] extends [never]
  ? Record<string, never>
  : Partial<Record<Label, string | number>>;

/** One series of a counter, kept by callers that feed it often. */
export interface CounterSeries {
  /**
   * Adds 1, or the given value.
   *
   * @throws TelltaleError when the value is negative or not a finite number.
   */
  inc(value?: number): void;
  /** Follows a total that is counted elsewhere; it never goes back. */
  reach(total: number): void;
}

/** One series of a gauge, kept by callers that feed it often. */
export interface GaugeSeries {
  /** @throws TelltaleError when the value is not a finite number. */
  set(value: number): void;
  inc(value?: number): void;
  dec(value?: number): void;
  /** Sets the value to the current Unix time in seconds. */
  setToCurrentTime(): void;
  /** Starts a timer; the function it returns sets the seconds that went by, and returns them. */
  startTimer(): () => number;
}

/** One series of a histogram, kept by callers that feed it often. */
export interface HistogramSeries {
  /** @throws TelltaleError when the value is not a finite number. */
  observe(value: number): void;
  /** Starts a timer; the function it returns observes the seconds that went by, and returns them. */
  startTimer(): () => number;
}

/** What every metric has. */
export interface Metric<Label extends string, Series> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /**
   * The series for these labels, made when it is new.
   *
   * @throws TelltaleError on a label that was not declared.
   */
  labels(labels: LabelInput<Label>): Series;
  /** The same by label values in the order in which the labels were declared. */
  labels(...values: (string | number)[]): Series;
  /** Forgets one series. What is kept of it elsewhere is no longer shown. */
  remove(labels: LabelInput<Label>): void;
  remove(...values: (string | number)[]): void;
  /** Sets every series back to 0. */
  reset(): void;
}

/**
 * A number that only grows. The calls are those of prom-client's `Counter`, without the exemplars
 * that its `enableExemplars` asks for: here they come from the trace that a call runs in.
 */
export interface Counter<Label extends string = string> extends Metric<Label, CounterSeries> {
  /**
   * Adds 1, or the given value.
   *
   * @throws TelltaleError on an undeclared label, and on a value that is negative or not finite.
   */
  inc(value?: number): void;
  inc(labels: LabelInput<Label>, value?: number): void;
}

/** A number that goes up and down. The calls are those of prom-client's `Gauge`. */
export interface Gauge<Label extends string = string> extends Metric<Label, GaugeSeries> {
  /**
   * Sets the value.
   *
   * @throws TelltaleError on an undeclared label and on a value that is not a finite number.
   */
  set(value: number): void;
  set(labels: LabelInput<Label>, value: number): void;
  /** Adds 1, or the given value. */
  inc(value?: number): void;
  inc(labels: LabelInput<Label>, value?: number): void;
  /** Takes away 1, or the given value. */
  dec(value?: number): void;
  dec(labels: LabelInput<Label>, value?: number): void;
  /** Sets the value to the current Unix time in seconds. */
  setToCurrentTime(labels?: LabelInput<Label>): void;
  /** Starts a timer; the function it returns sets the seconds that went by, and returns them. */
  startTimer(labels?: LabelInput<Label>): (endLabels?: LabelInput<Label>) => number;
}

/**
 * How often a value fell under each bound. The calls are those of prom-client's `Histogram`, without
 * the exemplars that its `enableExemplars` asks for: here they come from the trace that a call runs
 * in.
 */
export interface Histogram<Label extends string = string> extends Metric<Label, HistogramSeries> {
  /** Upper bounds, ascending. */
  readonly buckets: readonly number[];
  /**
   * Observes a value.
   *
   * @throws TelltaleError on an undeclared label and on a value that is not a finite number.
   */
  observe(value: number): void;
  observe(labels: LabelInput<Label>, value: number): void;
  /** Starts a timer; the function it returns observes the seconds that went by, and returns them. */
  startTimer(labels?: LabelInput<Label>): (endLabels?: LabelInput<Label>) => number;
  /** Makes a series with nothing observed, so that it is shown before it is needed. */
  zero(labels?: LabelInput<Label>): void;
}
