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
import type { UnknownNames } from './traces-names.js';

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
      ...resolveSampling(options, env).options,
      propagators: resolvePropagators(options.propagators, env).propagators,
    },
    {
      scopes,
      diagnostics,
      exporters: resolveExporters(options, env).exporters.map((one, index) =>
        driverOf(one, index, options.endpoint),
      ),
      resource: () => detectResource(service, env),
    },
  );
}

/** What the environment asks of traces that they cannot do, each in a sentence. */
export function tracesWarnings(options: TracesOptions | false = {}, env: Environment): string[] {
  if (isOff(options, env)) return [];
  const { exporters, unknown } = resolveExporters(options, env);
  const protocol = exporters.includes('otlp') ? unusedProtocol(env) : undefined;
  return [
    passedOver('exporter', unknown),
    resolveSampling(options, env).warning,
    passedOver('format', resolvePropagators(options.propagators, env).unknown),
    protocol && `OTEL_EXPORTER_OTLP_PROTOCOL: spans are sent as JSON over HTTP, not as ${protocol}`,
  ].filter((warning) => warning !== undefined);
}

function passedOver(what: string, unknown: UnknownNames | undefined): string | undefined {
  return (
    unknown && `${unknown.variable}: there is no ${what} ${unknown.names.join(', ')}; passed over`
  );
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
