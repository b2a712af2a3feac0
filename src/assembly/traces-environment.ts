import type { ExporterOption, TracesOptions } from '../signals/traces/options.js';
import { FORMATS, type PropagatorName } from '../signals/traces/propagation/formats.js';
import { EXPORTER_NAMES } from '../signals/traces/schema.js';
import type { Environment } from './environment.js';
import { readNames, type UnknownNames } from './traces-names.js';

/** Where spans go, and the names in the environment that are none of ours. */
export interface ResolvedExporters {
  readonly exporters: readonly ExporterOption[];
  readonly unknown?: UnknownNames | undefined;
}

/** Where spans go, as the options or else the environment say. A name that is none is passed over. */
export function resolveExporters(
  given: Pick<TracesOptions, 'exporter' | 'endpoint'>,
  env: Environment,
): ResolvedExporters {
  if (given.exporter !== undefined) return { exporters: withoutNone([given.exporter].flat()) };
  const variables = {
    TELLTALE_TRACES_EXPORTER: env.TELLTALE_TRACES_EXPORTER,
    OTEL_TRACES_EXPORTER: env.OTEL_TRACES_EXPORTER,
  };
  const named = readNames(variables, EXPORTER_NAMES);
  if (named !== undefined) return { exporters: withoutNone(named.known), unknown: named.unknown };
  const endpoint =
    given.endpoint || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT;
  return { exporters: endpoint ? ['otlp'] : [] };
}

function withoutNone(exporters: readonly ExporterOption[]): ExporterOption[] {
  return exporters.filter((one) => one !== 'none');
}

/** Which traces are recorded, and what the environment says of it that cannot be. */
export interface ResolvedSampling {
  readonly options: Pick<TracesOptions, 'sampleRatio' | 'parentBased' | 'keep'>;
  readonly warning?: string | undefined;
}

/** Which traces are recorded, as the options or else the environment say. */
export function resolveSampling(given: TracesOptions, env: Environment): ResolvedSampling {
  if (given.sampleRatio !== undefined) return { options: {} };
  const own = readRatio('TELLTALE_TRACES_SAMPLE_RATIO', env.TELLTALE_TRACES_SAMPLE_RATIO);
  if (own !== undefined) return { options: { sampleRatio: own.ratio }, warning: own.warning };
  const name = (env.OTEL_TRACES_SAMPLER ?? '').trim().toLowerCase();
  const [, based, sampler] =
    /^(parentbased_)?(always_on|always_off|traceidratio)$/.exec(name) ?? [];
  if (sampler === undefined) {
    const unknown = `OTEL_TRACES_SAMPLER: there is no sampler ${name}; ${ALL}`;
    return { options: {}, warning: name === '' ? undefined : unknown };
  }
  const share =
    sampler === 'traceidratio'
      ? readRatio('OTEL_TRACES_SAMPLER_ARG', env.OTEL_TRACES_SAMPLER_ARG)
      : undefined;
  return {
    options: {
      sampleRatio: sampler === 'always_off' ? 0 : (share?.ratio ?? 1),
      parentBased: given.parentBased ?? based !== undefined,
      ...(sampler === 'always_off' && { keep: given.keep ?? false }),
    },
    warning: share?.warning,
  };
}

const ALL = 'every trace is recorded';

/** A ratio that is none is 1, as OpenTelemetry has it. */
function readRatio(
  variable: string,
  value: string | undefined,
): { readonly ratio: number; readonly warning?: string } | undefined {
  const text = value?.trim();
  if (!text) return undefined;
  const ratio = Number(text);
  if (ratio >= 0 && ratio <= 1) return { ratio };
  return { ratio: 1, warning: `${variable}: expected a ratio from 0 to 1, got ${text}; ${ALL}` };
}

/** In which headers traces are passed on, and the names in the environment that are none of ours. */
export interface ResolvedPropagators {
  readonly propagators: readonly PropagatorName[];
  readonly unknown?: UnknownNames | undefined;
}

/** Baggage is in OpenTelemetry's own default and says nothing of traces: no reason to warn. */
const OTHERS = ['none', 'baggage'] as const;
const PROPAGATORS = [...(Object.keys(FORMATS) as PropagatorName[]), ...OTHERS];

/** In which headers traces are passed on. A name that is none of ours is passed over. */
export function resolvePropagators(
  given: TracesOptions['propagators'],
  env: Environment,
): ResolvedPropagators {
  if (given !== undefined) return { propagators: given };
  const variables = {
    TELLTALE_TRACES_PROPAGATORS: env.TELLTALE_TRACES_PROPAGATORS,
    OTEL_PROPAGATORS: env.OTEL_PROPAGATORS,
  };
  const named = readNames(variables, PROPAGATORS);
  if (named === undefined) return { propagators: ['tracecontext'] };
  const isOther = (name: string) => OTHERS.includes(name as (typeof OTHERS)[number]);
  return {
    propagators: named.known.filter((name): name is PropagatorName => !isOther(name)),
    unknown: named.unknown,
  };
}
