import type { Feed, Reading } from '../../model/metric.js';
import type { Operation } from '../../model/operation.js';
import type { TraceIdentity } from '../../model/trace.js';
import type { CounterCell, CounterFamily } from './counter.js';
import type { GaugeCell, GaugeFamily } from './gauge.js';
import type { HistogramCell, HistogramFamily } from './histogram.js';
import { LabelIndex } from './label-index.js';

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

/** The metrics that share their labels share one look-up as well. */
class Bundler {
  readonly key: string;
  readonly #fed: { family: AnyFamily; feed: Feed }[] = [];
  readonly #index: LabelIndex<Bundle>;
  #counts = false;

  constructor(key: string, labelNames: readonly string[], most: number) {
    this.key = key;
    this.#index = new LabelIndex(labelNames, (values) => createBundle(this.#fed, values), {
      most,
      // Each of the metrics counts what is folded for it.
      folded: () => {
        for (const { family } of this.#fed) family.index.tellFolded();
      },
    });
  }

  add(family: AnyFamily, feed: Feed): void {
    this.#fed.push({ family, feed });
    // The bundles keep series, and one that was removed must not be fed any longer.
    family.index.onDelete = () => this.#index.clear();
    this.#counts ||= feed.value === 'in_progress';
    this.#index.clear();
  }

  start(operation: Operation): void {
    if (!this.#counts) return;
    for (const gauge of this.#index.of(operation.labels).running) gauge.value++;
  }

  end(operation: Operation): void {
    const bundle = this.#index.of(operation.labels);
    for (const counter of bundle.counts) counter.value++;
    for (const histogram of bundle.durations) histogram.observe(operation.duration);
    for (const gauge of bundle.running) gauge.value--;
    if (operation.trace?.sampled) exemplify(bundle, operation, operation.trace);
    for (const { read, record } of bundle.readings) {
      const value = read(operation);
      if (value !== undefined) record(value);
    }
  }
}

/** The series that one combination of label values feeds. */
interface Bundle {
  readonly counts: CounterCell[];
  readonly durations: HistogramCell[];
  readonly running: GaugeCell[];
  readonly readings: { read: Reading; record: (value: number) => void }[];
}

function createBundle(
  fed: readonly { family: AnyFamily; feed: Feed }[],
  values: readonly string[],
): Bundle {
  const bundle: Bundle = { counts: [], durations: [], running: [], readings: [] };
  for (const { family, feed } of fed) {
    if (typeof feed.value === 'function') {
      bundle.readings.push({ read: feed.value, record: recorderOf(family, values) });
      continue;
    }
    const cell = family.labels(...values);
    if (feed.value === 'count') bundle.counts.push(cell as CounterCell);
    else if (feed.value === 'duration') bundle.durations.push(cell as HistogramCell);
    else bundle.running.push(cell as GaugeCell);
  }
  return bundle;
}

function exemplify(bundle: Bundle, { duration }: Operation, trace: TraceIdentity): void {
  const { traceId, spanId } = trace;
  const time = Date.now() / 1000;
  for (const counter of bundle.counts) counter.exemplar = { traceId, spanId, value: 1, time };
  const exemplar = { traceId, spanId, value: duration, time };
  for (const histogram of bundle.durations) histogram.exemplify(exemplar);
}

/** The series is made with its first value: most requests have no body to be measured. */
function recorderOf(family: AnyFamily, values: readonly string[]): (value: number) => void {
  let record: ((value: number) => void) | undefined;
  return function recordFirst(value) {
    record ??= recordTo(family, values);
    record(value);
  };
}

function recordTo(family: AnyFamily, values: readonly string[]): (value: number) => void {
  if (family.type === 'counter') {
    const cell = family.labels(...values);
    return (value) => cell.inc(value);
  }
  if (family.type === 'gauge') {
    const cell = family.labels(...values);
    return (value) => cell.set(value);
  }
  const cell = family.labels(...values);
  return (value) => cell.observe(value);
}
