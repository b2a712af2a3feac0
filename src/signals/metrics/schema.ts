import type { Registry } from 'prom-client';
import { only, shape, v } from '../../core/validate.js';
import type { MetricsOptions } from './options.js';

const labelValues = v.record(
  v.pipe(
    v.string(),
    v.regex(/^(?!__)[a-zA-Z_]\w*$/, 'expected label names of letters, digits and _'),
    v.notValue('le', 'expected another name: le is the label of histograms'),
  ),
  v.string('expected a text'),
  'expected an object of label names and texts',
);

const registry = only<Registry>(isRegistry, "prom-client's Registry");

/** Holds {@link MetricsOptions}. */
export const metricsSchema: v.GenericSchema<MetricsOptions> = shape({
  prefix: v.optional(
    v.pipe(
      v.string('expected a text'),
      v.regex(/^[a-zA-Z_][\w]*$|^$/, 'expected letters, digits and _'),
    ),
  ),
  labels: v.optional(labelValues),
  buckets: v.optional(only<readonly number[]>(isAscending, 'a list of ascending numbers')),
  seriesLimit: v.optional(
    only<number>((value) => Number.isInteger(value) && Number(value) > 0, 'a whole number above 0'),
  ),
  registry: v.optional(registry),
  registries: v.optional(v.array(registry, "expected a list of prom-client's registries")),
});

function isAscending(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((bound, i) => Number.isFinite(bound) && (i === 0 || bound > value[i - 1]))
  );
}

/** By its members and not its class: the application may have loaded another copy. */
function isRegistry(value: unknown): boolean {
  const registry = value as Partial<Registry> | null;
  return (
    typeof registry?.registerMetric === 'function' &&
    typeof registry.getMetricsAsArray === 'function' &&
    typeof registry.getSingleMetric === 'function'
  );
}
