import type { Diagnostics } from '../core/diagnostics.js';
import type { SwitchableScopes } from '../core/scope.js';
import { consoleTree } from '../exporters/console.js';
import { jaeger } from '../exporters/jaeger.js';
import { otlp } from '../exporters/otlp.js';
import { unusedProtocol } from '../exporters/otlp-settings.js';
import { zipkin } from '../exporters/zipkin.js';
import type { ExporterOption, TraceExporter, TracesOptions } from '../signals/traces/options.js';
import { createSilentTraces, createTraces, type Traces } from '../signals/traces/traces.js';
import type { Environment, Service } from './environment.js';
import { detectResource } from './resource.js';
import { resolveExporters, resolvePropagators, resolveSampling } from './traces-environment.js';

/** The traces signal as the options and the environment want it. */
export function buildTraces(
  options: TracesOptions | false = {},
  service: Service,
  scopes: SwitchableScopes,
  diagnostics: Diagnostics,
  env: Environment,
): Traces {
  if (isOff(options, env)) return createSilentTraces();
  return createTraces(
    {
      ...options,
      ...resolveSampling(options, env),
      propagators: resolvePropagators(options.propagators, env),
    },
    {
      scopes,
      diagnostics,
      exporters: resolveExporters(options.exporter, env).exporters.map((one, index) =>
        driverOf(one, index, options.endpoint),
      ),
      resource: () => detectResource(service, env),
    },
  );
}

/** What the environment asks of traces that they cannot do, each in a sentence. */
export function tracesWarnings(options: TracesOptions | false = {}, env: Environment): string[] {
  if (isOff(options, env)) return [];
  const { exporters, unknown } = resolveExporters(options.exporter, env);
  const protocol = exporters.includes('otlp') ? unusedProtocol(env) : undefined;
  return [
    ...(unknown.length > 0
      ? [`OTEL_TRACES_EXPORTER: there is no exporter ${unknown.join(', ')}; passed over`]
      : []),
    ...(protocol !== undefined
      ? [`OTEL_EXPORTER_OTLP_PROTOCOL: spans are sent as JSON over HTTP, not as ${protocol}`]
      : []),
  ];
}

function isOff(options: TracesOptions | false, env: Environment): options is false {
  return options === false || env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true';
}

function driverOf(
  exporter: ExporterOption,
  index: number,
  endpoint: string | undefined,
): TraceExporter {
  switch (exporter) {
    case 'otlp':
      return otlp(endpoint === undefined ? {} : { endpoint });
    case 'jaeger':
      return jaeger(endpoint === undefined ? {} : { endpoint });
    case 'zipkin':
      return zipkin(endpoint === undefined ? {} : { endpoint });
    case 'console':
      return consoleTree();
    case 'none':
      throw new Error('none is no exporter');
    default:
      if ('create' in exporter) return exporter;
      return { name: index === 0 ? 'exporter' : `exporter ${index + 1}`, create: () => exporter };
  }
}
