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

/** Where in a trace a value came from. */
export interface TracePlace {
  readonly traceId: string;
  readonly spanId: string;
}

/** A trace that a value came from. */
export interface Exemplar extends TracePlace {
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

/** Tells a sink every sample of the series at an address, whose labels are these. */
export type SeriesWriter = (address: number, labels: string) => void;
