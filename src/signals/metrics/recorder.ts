import type { Feed, Reading } from '../../model/metric.js';
import type { Operation } from '../../model/operation.js';
import type { TraceIdentity } from '../../model/trace.js';
import type { CounterFamily } from './counter.js';
import type { GaugeFamily } from './gauge.js';
import type { HistogramFamily } from './histogram.js';
import { type IndexOwner, LabelIndex } from './label-index.js';

/** Any metric that a catalogue can declare. */
export type AnyFamily = CounterFamily | GaugeFamily | HistogramFamily;

/** Takes the operations of one type to every metric that they feed. */
export interface Recorder {
  add(family: AnyFamily, feed: Feed): void;
  start(operation: Operation): void;
  end(operation: Operation): void;
}

/** Creates the recorder of one type of operation. */
export function createRecorder(limit: number): Recorder {
  const bundlers: Bundler[] = [];
  return {
    add(family, feed) {
      const key = family.labelNames.join();
      let bundler = bundlers.find((candidate) => candidate.key === key);
      if (bundler === undefined) {
        bundler = new Bundler(key, family.labelNames, limit);
        bundlers.push(bundler);
      }
      bundler.add(family, feed);
    },
    start(operation) {
      for (let i = 0; i < bundlers.length; i++) (bundlers[i] as Bundler).start(operation);
    },
    end(operation) {
      for (let i = 0; i < bundlers.length; i++) (bundlers[i] as Bundler).end(operation);
    },
  };
}

/** A metric that is fed, and which number of a row is the address of its series. */
interface Fed<F extends AnyFamily> {
  readonly family: F;
  readonly column: number;
}

/**
 * The metrics that share their labels share one look-up as well: a row of its index has the
 * addresses of the series that these label values feed.
 */
class Bundler implements IndexOwner {
  readonly key: string;
  readonly #labelNames: readonly string[];
  readonly #most: number;
  readonly #all: { family: AnyFamily; lazy: boolean }[] = [];
  readonly #counts: Fed<CounterFamily>[] = [];
  readonly #durations: Fed<HistogramFamily>[] = [];
  readonly #running: Fed<GaugeFamily>[] = [];
  readonly #readings: (Fed<AnyFamily> & { read: Reading })[] = [];
  #index: LabelIndex;

  constructor(key: string, labelNames: readonly string[], most: number) {
    this.key = key;
    this.#labelNames = labelNames;
    this.#most = most;
    this.#index = new LabelIndex(labelNames, 0, this, most);
  }

  add(family: AnyFamily, { value }: Feed): void {
    const fed = { family, column: this.#all.length };
    this.#all.push({ family, lazy: typeof value === 'function' });
    if (typeof value === 'function') this.#readings.push({ ...fed, read: value });
    else if (value === 'count') this.#counts.push(fed as Fed<CounterFamily>);
    else if (value === 'duration') this.#durations.push(fed as Fed<HistogramFamily>);
    else this.#running.push(running(fed as Fed<GaugeFamily>));
    // An address is another's once its series was removed.
    family.onDelete = () => this.#index.clear();
    this.#index = new LabelIndex(this.#labelNames, this.#all.length, this, this.#most);
  }

  fill(rows: Int32Array, at: number, values: readonly string[]): void {
    this.#all.forEach(({ family, lazy }, column) => {
      rows[at + column] = lazy ? UNMADE : family.addressOf(values);
    });
  }

  /** Each of the metrics counts what is folded for it. */
  tellFolded(): void {
    for (const { family } of this.#all) family.tellFolded();
  }

  start(operation: Operation): void {
    if (this.#running.length === 0) return;
    const at = this.#index.of(operation.labels);
    const { rows } = this.#index;
    for (const { family, column } of this.#running) family.add(rows[at + column] as number, 1);
  }

  end(operation: Operation): void {
    const at = this.#index.of(operation.labels);
    const { rows } = this.#index;
    for (const { family, column } of this.#counts) family.feed(rows[at + column] as number, 1);
    for (const { family, column } of this.#durations) {
      family.feed(rows[at + column] as number, operation.duration);
    }
    for (const { family, column } of this.#running) family.leave(rows[at + column] as number);
    if (operation.trace?.sampled) this.#exemplify(rows, at, operation, operation.trace);
    if (this.#readings.length > 0) this.#read(rows, at, operation);
  }

  #read(rows: Int32Array, at: number, operation: Operation): void {
    for (const { family, column, read } of this.#readings) {
      const value = read(operation);
      if (value === undefined) continue;
      // A reading is code of the application, which may have removed series meanwhile.
      if (rows !== this.#index.rows) {
        at = this.#index.of(operation.labels);
        rows = this.#index.rows;
      }
      if (rows[at + column] === UNMADE) {
        rows[at + column] = family.addressOf(this.#index.valuesAt(at));
      }
      family.feed(rows[at + column] as number, value);
    }
  }

  #exemplify(rows: Int32Array, at: number, { duration }: Operation, trace: TraceIdentity): void {
    const { traceId, spanId } = trace;
    const time = Date.now() / 1000;
    const one = { traceId, spanId, value: 1, time };
    for (const { family, column } of this.#counts) {
      family.exemplify(rows[at + column] as number, one);
    }
    const long = { traceId, spanId, value: duration, time };
    for (const { family, column } of this.#durations) {
      family.exemplify(rows[at + column] as number, long);
    }
  }
}

function running(fed: Fed<GaugeFamily>): Fed<GaugeFamily> {
  fed.family.countsRunning = true;
  return fed;
}

/** Most requests have no body to be measured: such a series is made with its first value. */
const UNMADE = -1;
