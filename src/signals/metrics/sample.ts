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

/** Tells a sink every sample of the series at an address, whose labels are these. */
export type SeriesWriter = (address: number, labels: string) => void;
