import * as v from 'valibot';
import { only, ratio, shape } from '../../core/validate.js';
import type { SpanExporterLike, TraceExporter, TracesOptions } from './options.js';
import { FORMATS, type PropagatorName } from './propagation/formats.js';

/** Holds {@link TracesOptions}. */
export const tracesSchema: v.GenericSchema<TracesOptions> = shape({
  exporter: v.optional(
    only<'otlp' | 'none' | TraceExporter | SpanExporterLike>(
      isExporter,
      "'otlp', 'none', a driver such as otlp() or an OpenTelemetry SpanExporter",
    ),
  ),
  endpoint: v.optional(only<string>(isHttpUrl, 'an http or https URL')),
  sampleRatio: v.optional(ratio),
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
  if (value === 'otlp' || value === 'none') return true;
  const exporter = value as Partial<TraceExporter & SpanExporterLike> | null;
  return typeof exporter?.create === 'function' || typeof exporter?.export === 'function';
}

function isHttpUrl(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && /^https?:/i.test(value);
}
