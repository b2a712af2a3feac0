import type { Operation, OperationType } from './operation.js';

/** The kinds of metric that a catalogue can declare. */
export type MetricKind = 'counter' | 'gauge' | 'histogram';

/**
 * How the values of several processes become one, where prom-client's `AggregatorRegistry` reads the
 * workers of a cluster. `omit` leaves the metric out.
 */
export type Aggregator = 'sum' | 'first' | 'min' | 'max' | 'average' | 'omit';

/** Reads a number off an ended operation; undefined is nothing to record. */
export type Reading = (operation: Operation) => number | undefined;

/** Which operations feed a metric, and with what. */
export interface Feed<Value extends string = 'count' | 'duration' | 'in_progress'> {
  readonly on: OperationType;
  /**
   * `count`: 1 at each end. `duration`: seconds. `in_progress`: how many run now, by labels that
   * are known at the start.
   */
  readonly value: Value | Reading;
}

/** What is known of a metric before it has any value. Plain data. */
export interface MetricDefinition<
  Kind extends MetricKind = MetricKind,
  Label extends string = string,
> {
  readonly kind: Kind;
  /** Prometheus name in base units, without the user's prefix. */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
  /** Upper bounds of a histogram, ascending. */
  readonly buckets?: readonly number[] | undefined;
  /**
   * What a cluster's workers come to.
   *
   * @default 'sum'
   */
  readonly aggregator?: Aggregator | undefined;
  readonly feed?: Feed | undefined;
}

interface Fields<Label extends string, Value extends string> {
  name: string;
  help: string;
  labels?: readonly Label[];
  aggregator?: Aggregator;
  feed?: Feed<Value>;
}

/** Declares a counter: a number that only grows. Its name ends in `_total`. */
export function counter<const Label extends string = never>(
  fields: Fields<Label, 'count'>,
): MetricDefinition<'counter', Label> {
  return { ...fields, kind: 'counter', labels: fields.labels ?? [] };
}

/** Declares a gauge: a number that goes up and down. */
export function gauge<const Label extends string = never>(
  fields: Fields<Label, 'in_progress'>,
): MetricDefinition<'gauge', Label> {
  return { ...fields, kind: 'gauge', labels: fields.labels ?? [] };
}

/** Declares a histogram: how often a value fell under each bound. Buckets default to seconds. */
export function histogram<const Label extends string = never>(
  fields: Fields<Label, 'duration'> & { buckets?: readonly number[] },
): MetricDefinition<'histogram', Label> {
  return { ...fields, kind: 'histogram', labels: fields.labels ?? [] };
}

/**
 * OpenTelemetry's bounds for server durations, in seconds.
 * https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
 */
export const DURATION_BUCKETS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

/** Bounds for sizes in bytes: 100 B to 100 MB, a decade each. */
export const SIZE_BUCKETS: readonly number[] = [100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];
