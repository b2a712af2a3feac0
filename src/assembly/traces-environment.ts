import type { ExporterName, ExporterOption, TracesOptions } from '../signals/traces/options.js';
import { FORMATS, type PropagatorName } from '../signals/traces/propagation/formats.js';
import { EXPORTER_NAMES } from '../signals/traces/schema.js';
import type { Environment } from './environment.js';

/** Where spans go, and the names in the environment that are none of ours. */
export interface ResolvedExporters {
  readonly exporters: readonly ExporterOption[];
  readonly unknown: readonly string[];
}

/** Where spans go, as the options or else the environment say. A name that is none is passed over. */
export function resolveExporters(
  given: TracesOptions['exporter'],
  env: Environment,
): ResolvedExporters {
  if (given !== undefined) return { exporters: withoutNone([given].flat()), unknown: [] };
  const listed = env.TELLTALE_TRACES_EXPORTER || env.OTEL_TRACES_EXPORTER || '';
  const names = new Set(
    listed
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== ''),
  );
  if (names.size === 0) {
    const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT;
    return { exporters: endpoint ? ['otlp'] : [], unknown: [] };
  }
  const isName = (name: string): name is ExporterName =>
    EXPORTER_NAMES.includes(name as ExporterName);
  return {
    exporters: withoutNone([...names].filter(isName)),
    unknown: [...names].filter((name) => !isName(name)),
  };
}

function withoutNone(exporters: readonly ExporterOption[]): ExporterOption[] {
  return exporters.filter((one) => one !== 'none');
}

/** Which traces are recorded, as the options or else the environment say. */
export function resolveSampling(
  given: TracesOptions,
  env: Environment,
): Pick<TracesOptions, 'sampleRatio' | 'parentBased' | 'keep'> {
  if (given.sampleRatio !== undefined) return {};
  const own = env.TELLTALE_TRACES_SAMPLE_RATIO;
  if (own) return { sampleRatio: ratioOf(own) };
  const name = (env.OTEL_TRACES_SAMPLER ?? '').trim().toLowerCase();
  const [, based, sampler] =
    /^(parentbased_)?(always_on|always_off|traceidratio)$/.exec(name) ?? [];
  if (sampler === undefined) return {};
  const ratios = {
    always_on: 1,
    always_off: 0,
    traceidratio: ratioOf(env.OTEL_TRACES_SAMPLER_ARG),
  };
  return {
    sampleRatio: ratios[sampler as keyof typeof ratios],
    parentBased: given.parentBased ?? based !== undefined,
    ...(sampler === 'always_off' && { keep: given.keep ?? false }),
  };
}

/** A ratio that is none is 1, as OpenTelemetry has it. */
function ratioOf(text: string | undefined): number {
  const ratio = Number(text || '1');
  return ratio >= 0 && ratio <= 1 ? ratio : 1;
}

/** In which headers traces are passed on. A name that is none of ours is passed over. */
export function resolvePropagators(
  given: TracesOptions['propagators'],
  env: Environment,
): readonly PropagatorName[] {
  if (given !== undefined) return given;
  const named = env.TELLTALE_TRACES_PROPAGATORS || env.OTEL_PROPAGATORS || 'tracecontext';
  return named
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name): name is PropagatorName => Object.hasOwn(FORMATS, name));
}
