import type { TracerProvider } from '@opentelemetry/api';
import { networkOf } from '../../core/networks.js';
import { ROUTE_PATTERN } from '../../core/route-pattern.js';
import { httpUrl } from '../../core/rules.js';
import { only, ratio, shape, shapeOrOff, v } from '../../core/validate.js';
import type { KeepOptions } from './keep.js';
import type {
  ExporterName,
  ExporterOption,
  SpanExporterLike,
  SpanProcessorLike,
  TraceExporter,
  TracesOptions,
} from './options.js';
import { FORMATS, type PropagatorName } from './propagation/formats.js';
import type { Trust } from './trust.js';

/** The exporters that have names. */
export const EXPORTER_NAMES: readonly ExporterName[] = [
  'otlp',
  'jaeger',
  'zipkin',
  'console',
  'none',
];

const flag = v.boolean('expected true or false');

const perSecond = only<number>(
  (value) => typeof value === 'number' && value >= 0 && Number.isFinite(value),
  'a number a second, 0 or more',
);

/** Holds {@link TracesOptions}. */
export const tracesSchema: v.GenericSchema<TracesOptions> = shape({
  exporter: v.optional(
    only<ExporterOption | readonly ExporterOption[]>(
      (value) => [value].flat().every(isExporter),
      `${EXPORTER_NAMES.map((name) => `'${name}'`).join(', ')}, a driver such as otlp(), an OpenTelemetry SpanExporter, or a list of these (a SpanProcessor goes into traces.processors)`,
    ),
  ),
  processors: v.optional(
    v.array(
      only<SpanProcessorLike>(isProcessor, 'an OpenTelemetry SpanProcessor'),
      'expected a list of span processors',
    ),
  ),
  endpoint: v.optional(only<string>(httpUrl.is, httpUrl.expected)),
  sampleRatio: v.optional(ratio),
  sampleRoutes: v.optional(
    v.record(
      only<string>(
        (value) => ROUTE_PATTERN.test(String(value)),
        'a path such as "/orders/:id" or "POST /orders"',
      ),
      ratio,
      'expected an object of paths and ratios',
    ),
  ),
  tracesPerSecond: v.optional(perSecond),
  parentBased: v.optional(flag),
  forcedPerSecond: v.optional(perSecond),
  trust: v.optional(
    only<Trust>(isTrust, 'true, false, a list of addresses and networks, or a function'),
  ),
  keep: v.optional(
    shapeOrOff<v.GenericSchema<KeepOptions>>(
      shape({
        errors: v.optional(flag),
        slow: v.optional(flag),
        perSecond: v.optional(perSecond),
      }),
    ),
  ),
  tracerProvider: v.optional(
    only<TracerProvider | 'own'>(isProvider, "a tracer provider of OpenTelemetry's, or 'own'"),
  ),
  propagators: v.optional(
    v.array(
      only<PropagatorName>(
        (value) => Object.hasOwn(FORMATS, String(value)),
        `one of ${Object.keys(FORMATS).join(', ')}`,
      ),
      'expected a list of propagators',
    ),
  ),
});

function isExporter(value: unknown): boolean {
  if (typeof value === 'string') return EXPORTER_NAMES.includes(value as ExporterName);
  const exporter = value as Partial<TraceExporter & SpanExporterLike> | null;
  return typeof exporter?.create === 'function' || typeof exporter?.export === 'function';
}

function isProvider(value: unknown): boolean {
  return (
    value === 'own' || typeof (value as Partial<TracerProvider> | null)?.getTracer === 'function'
  );
}

function isProcessor(value: unknown): boolean {
  const processor = value as Partial<SpanProcessorLike> | null;
  return typeof processor?.onStart === 'function' && typeof processor.onEnd === 'function';
}

function isTrust(value: unknown): boolean {
  if (typeof value === 'boolean' || typeof value === 'function') return true;
  return (
    Array.isArray(value) &&
    value.every((one) => typeof one === 'string' && networkOf(one) !== undefined)
  );
}
