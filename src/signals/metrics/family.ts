import { TelltaleError } from '../../model/errors.js';
import type { Aggregator } from '../../model/metric.js';
import type { LabelInput } from './handles.js';
import { type IndexOwner, LabelIndex, type SeriesLimit } from './label-index.js';
import { ABSENT, UNKNOWN } from './label-table.js';
import type { Pool } from './pool.js';
import { refuseConfig, refuseUnknown } from './refuse.js';
import type {
  Exemplar,
  Format,
  PromMetric,
  PromSample,
  SampleSink,
  SeriesWriter,
  TracePlace,
} from './sample.js';
import type { Series } from './series.js';

/** What a family is made of. */
export interface MetricConfig<Label extends string> {
  /** Prometheus name in base units. */
  name: string;
  help: string;
  labelNames?: readonly Label[] | undefined;
  /**
   * How the values of several processes become one, where prom-client's `AggregatorRegistry` reads
   * the workers of a cluster.
   *
   * @default 'sum'
   */
  aggregator?: Aggregator | undefined;
  /** Runs before each collection, with the metric as `this`: set the values that are read now. */
  collect?: (() => void | Promise<void>) | undefined;
}

/** Where the families of one registry keep their numbers, and how many series each may have. */
export interface Storage {
  readonly pool: Pool;
  readonly limit: SeriesLimit;
  /** Where in its trace the caller is, when that trace is recorded. */
  readonly tracePlace: () => TracePlace | undefined;
}

/**
 * A metric of telltale's own. prom-client's registry takes it for one of its own, so code that
 * reads the registry sees it. A series is a row of the index, which has its labels, and a block of
 * the pool, which has its numbers and whose address is in the row; there is an object for it only
 * while somebody keeps one.
 */
export abstract class Family<Handle extends Series<unknown> = Series<unknown>>
  implements IndexOwner
{
  abstract readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly aggregator: Aggregator;
  readonly index: LabelIndex;
  collect: (() => void | Promise<void>) | undefined;
  /** Brings shared values up to date when the registry is read by something else than telltale. */
  beforeRead: (() => Promise<void>) | undefined = undefined;
  /** Told when a series is removed, by whoever keeps addresses of this family. */
  onDelete: (() => void) | undefined = undefined;
  protected readonly pool: Pool;
  readonly #name: string;
  /** What prom-client's registry calls the metric where it is about to write it. */
  #spelling: string | undefined;
  readonly #limit: SeriesLimit;
  readonly #tracePlace: Storage['tracePlace'];
  /** How many numbers a series has. */
  readonly #size: number;
  /** By the address of their series. */
  #handles: Map<number, Handle> | undefined;
  /** By the address of the number that the trace is of. */
  #exemplars: Map<number, Exemplar> | undefined;
  /** Where handles write whose series was removed. */
  #nowhere: number | undefined;

  constructor(config: MetricConfig<string>, size: number, { pool, limit, tracePlace }: Storage) {
    refuseConfig(config);
    this.#name = config.name;
    this.help = config.help;
    this.labelNames = config.labelNames ?? [];
    this.aggregator = config.aggregator ?? 'sum';
    this.collect = config.collect;
    this.pool = pool;
    this.#limit = limit;
    this.#tracePlace = tracePlace;
    this.#size = size;
    this.index = new LabelIndex(this.labelNames, 1, this, limit.most);
  }

  get name(): string {
    return this.#name;
  }

  /** prom-client's registry renames a counter before it writes OpenMetrics, and never back. */
  set name(spelling: string) {
    this.#spelling = spelling;
  }

  /** The series for these labels, to be kept by callers that feed it often. */
  labels(labels: LabelInput<string>): Handle;
  labels(...values: (string | number)[]): Handle;
  labels(...args: [LabelInput<string>] | (string | number)[]): Handle {
    const [first] = args;
    if (typeof first === 'object') return this.#handleOf(this.address(first));
    if (args.length !== this.labelNames.length) {
      throw new TelltaleError(
        'TELLTALE_INVALID_VALUE',
        `metric ${this.name}: expected ${this.labelNames.length} label values (${this.labelNames.join(', ')}), got ${args.length}`,
      );
    }
    return this.#handleOf(this.addressOf(args.map(String)));
  }

  /** Forgets one series. What is kept of it elsewhere is no longer shown. */
  remove(labels: LabelInput<string>): void;
  remove(...values: (string | number)[]): void;
  remove(...args: [LabelInput<string>] | (string | number)[]): void {
    const [first] = args;
    const values = typeof first === 'object' ? this.index.valuesOf(first) : args.map(String);
    const at = this.index.findValues(values);
    if (at !== ABSENT) this.#removeAt(at);
  }

  /** Sets every series back to 0. They stay, so that whoever keeps one goes on feeding it. */
  reset(): void {
    for (const at of this.index.living()) this.pool.zero(this.addressAt(at), this.#size);
    this.#exemplars?.clear();
  }

  /** The row of every series. A metric without labels has its one series from the start. */
  series(): Iterable<number> {
    if (this.labelNames.length === 0) this.index.at([]);
    return this.index.living();
  }

  /** The address of the series in this row. */
  addressAt(at: number): number {
    return this.index.rows[at] as number;
  }

  /** The address of the series with these label values, made when it is new. */
  addressOf(values: readonly string[]): number {
    return this.addressAt(this.index.at(values));
  }

  /** The metric as prom-client's registry reads it. */
  async get(): Promise<PromMetric> {
    await this.beforeRead?.();
    await this.collect?.();
    const values: PromSample[] = [];
    for (const at of this.series()) {
      const labels: Record<string, string> = {};
      this.labelNames.forEach((name, i) => {
        const value = this.index.valueAt(at, i);
        if (value !== '') labels[name] = value;
      });
      this.read(this.addressAt(at), labels, values);
    }
    const { name, help, type, aggregator } = this;
    return { name, help, type, aggregator, values };
  }

  /** The same where the registry writes text, which it does as soon as it has set the name. */
  async getForPromString(): Promise<PromMetric> {
    const name = this.#spelling ?? this.name;
    this.#spelling = undefined;
    return { ...(await this.get()), name };
  }

  /** What tells a sink its series, one after the other. */
  abstract writer(sink: SampleSink, format: Format): SeriesWriter;
  /** Feeds the series at this address with a value. */
  abstract feed(address: number, value: number): void;

  fill(rows: Int32Array, at: number): void {
    rows[at] = this.pool.take(this.#size);
  }

  tellFolded(): void {
    this.#limit.folded(this.name);
  }

  protected abstract read(
    address: number,
    labels: Record<string, string>,
    into: PromSample[],
  ): void;
  protected abstract createHandle(address: number): Handle;

  /** The address of the series with these labels, made when it is new. */
  protected address(labels: LabelInput<string>): number {
    const at = this.index.ofExact(labels);
    if (at === UNKNOWN) refuseUnknown(this.name, this.labelNames, labels);
    return this.addressAt(at);
  }

  protected exemplarOf(address: number): Exemplar | undefined {
    return this.#exemplars?.get(address);
  }

  /** The value as an exemplar of the trace that the caller runs in, if that is recorded. */
  protected exemplarFor(value: number): Exemplar | undefined {
    const place = this.#tracePlace();
    if (place === undefined) return undefined;
    return { traceId: place.traceId, spanId: place.spanId, value, time: Date.now() / 1000 };
  }

  protected keepExemplar(address: number, exemplar: Exemplar): void {
    this.#exemplars ??= new Map();
    this.#exemplars.set(address, exemplar);
  }

  /** Sets one series back to 0. */
  protected empty(address: number): void {
    this.pool.zero(address, this.#size);
    this.#forgetExemplars(address);
  }

  #forgetExemplars(address: number): void {
    for (let i = 0; i < this.#size; i++) this.#exemplars?.delete(address + i);
  }

  #handleOf(address: number): Handle {
    this.#handles ??= new Map();
    let handle = this.#handles.get(address);
    if (handle === undefined) this.#handles.set(address, (handle = this.createHandle(address)));
    return handle;
  }

  /** Leaves nobody with the address, as the next series may get the block. */
  #removeAt(at: number): void {
    const address = this.addressAt(at);
    this.index.delete(at);
    this.onDelete?.();
    const handle = this.#handles?.get(address);
    if (handle !== undefined) {
      this.#handles?.delete(address);
      handle.moveTo((this.#nowhere ??= this.pool.take(this.#size)));
    }
    this.#forgetExemplars(address);
    this.pool.giveBack(address, this.#size);
  }
}
