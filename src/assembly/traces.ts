import type { Diagnostics } from '../core/diagnostics.js';
import type { SwitchableScopes } from '../core/scope.js';
import { otlp } from '../exporters/otlp.js';
import type { TraceExporter, TracesOptions } from '../signals/traces/options.js';
import { createSilentTraces, createTraces, type Traces } from '../signals/traces/traces.js';
import {
  type Environment,
  resolveExporter,
  resolvePropagators,
  resolveSampling,
  type Service,
} from './environment.js';

/** The traces signal as the options and the environment want it. */
export function buildTraces(
  options: TracesOptions | false = {},
  service: Service,
  scopes: SwitchableScopes,
  diagnostics: Diagnostics,
  env: Environment,
): Traces {
  if (options === false || env.OTEL_SDK_DISABLED?.toLowerCase() === 'true')
    return createSilentTraces();
  return createTraces(
    {
      ...options,
      ...resolveSampling(options, env),
      propagators: resolvePropagators(options.propagators, env),
    },
    {
      scopes,
      diagnostics,
      exporter: driverOf(resolveExporter(options.exporter, env), options.endpoint),
      resource: {
        ...service.attributes,
        'service.name': service.name,
        'service.version': service.version,
        'deployment.environment.name': service.environment,
        'process.pid': process.pid,
      },
    },
  );
}

function driverOf(
  exporter: NonNullable<TracesOptions['exporter']>,
  endpoint: string | undefined,
): TraceExporter | undefined {
  if (exporter === 'none') return undefined;
  if (exporter === 'otlp') return otlp(endpoint === undefined ? {} : { endpoint });
  return 'create' in exporter ? exporter : { name: 'exporter', create: () => exporter };
}
