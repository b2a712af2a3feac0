import type { MetricDefinition } from './metric.js';

/** Metrics that belong together, declared in one file of the catalogue. */
export interface MetricGroup<
  Definitions extends Record<string, MetricDefinition> = Record<string, MetricDefinition>,
> {
  readonly name: string;
  readonly metrics: Definitions;
}

/**
 * Declares a group of metrics.
 *
 * @example
 * const billing = metricGroup('billing', {
 *   invoices: counter({ name: 'invoices_total', help: 'Invoices sent', labels: ['plan'] }),
 * });
 * monitoring.metrics.use(billing).invoices.inc({ plan: 'pro' });
 */
export function metricGroup<const Definitions extends Record<string, MetricDefinition>>(
  name: string,
  metrics: Definitions,
): MetricGroup<Definitions> {
  return Object.freeze({ name, metrics });
}
