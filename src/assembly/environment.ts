import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EndpointsOptions, MonitoringOptions } from '../options.js';
import { LOG_FORMATS, type LogFormat } from '../signals/logs/format.js';
import type { LogLevel } from '../signals/logs/options.js';
import { LEVELS } from '../signals/logs/schema.js';

/** The service as it calls itself. */
export interface Service {
  readonly name: string;
  readonly version: string;
  readonly environment: string;
  /** Further attributes of the resource, from OTEL_RESOURCE_ATTRIBUTES. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Variables of the environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Who this service is, by options, environment and package, in this order. */
export function resolveService(options: MonitoringOptions, env: Environment): Service {
  const attributes = resourceAttributes(env.OTEL_RESOURCE_ATTRIBUTES);
  const manifest = nearestPackage();
  return {
    name:
      options.serviceName ||
      env.TELLTALE_SERVICE_NAME ||
      env.OTEL_SERVICE_NAME ||
      attributes['service.name'] ||
      manifest.name ||
      'unknown_service:node',
    version:
      options.serviceVersion ||
      env.TELLTALE_SERVICE_VERSION ||
      attributes['service.version'] ||
      manifest.version ||
      '0.0.0',
    environment:
      options.environment ||
      env.TELLTALE_ENVIRONMENT ||
      attributes['deployment.environment.name'] ||
      attributes['deployment.environment'] ||
      env.NODE_ENV ||
      'development',
    attributes,
  };
}

/** The least severe level that is logged. A level that is none is passed over. */
export function resolveLevel(given: LogLevel | undefined, env: Environment): LogLevel {
  const candidates = [given, env.TELLTALE_LOG_LEVEL, env.LOG_LEVEL].map((name) =>
    name?.toLowerCase(),
  );
  return (candidates.find((name) => LEVELS.includes(name as LogLevel)) as LogLevel) ?? 'info';
}

/** How lines are written. A format that is none is passed over. */
export function resolveFormat(given: LogFormat | undefined, env: Environment): LogFormat {
  const named = env.TELLTALE_LOG_FORMAT?.toLowerCase() as LogFormat;
  return given ?? (LOG_FORMATS.includes(named) ? named : 'json');
}

/** What load balancers take to note that an instance is gone: readiness asked, endpoints spread. */
const KUBERNETES_DRAIN_MS = 5000;

/** How long servers stay open after readiness has said no. */
export function resolveDrainDelay(
  given: number | undefined,
  servers: boolean,
  env: Environment,
): number {
  if (given !== undefined) return given;
  return servers && env.KUBERNETES_SERVICE_HOST ? KUBERNETES_DRAIN_MS : 0;
}

/** Where each endpoint is, if it is anywhere. */
export type EndpointPaths = Record<
  'metrics' | 'health' | 'live' | 'ready' | 'startup',
  string | false
>;

/** The paths of the endpoints; those of the probes lie below that of the report. */
export function resolvePaths(options: EndpointsOptions = {}): EndpointPaths {
  const health = options.health ?? '/health';
  const base = health === false ? '/health' : health;
  return {
    metrics: options.metrics ?? '/metrics',
    health,
    live: options.live ?? `${base}/live`,
    ready: options.ready ?? `${base}/ready`,
    startup: options.startup ?? `${base}/startup`,
  };
}

/** https://opentelemetry.io/docs/specs/otel/resource/sdk/: `key=value` pairs, percent-encoded. */
function resourceAttributes(text: string | undefined): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const pair of (text ?? '').split(',')) {
    const equals = pair.indexOf('=');
    if (equals < 1) continue;
    try {
      attributes[pair.slice(0, equals).trim()] = decodeURIComponent(pair.slice(equals + 1).trim());
    } catch {
      // A pair that is not well formed says nothing.
    }
  }
  return attributes;
}

/** The package that the running program belongs to. */
function nearestPackage(): { name?: string; version?: string } {
  let folder = process.argv[1] === undefined ? process.cwd() : dirname(process.argv[1]);
  for (;;) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      if (typeof manifest?.name === 'string') return manifest;
    } catch {
      // No package here, or one that cannot be read: the next folder up is as good.
    }
    const above = dirname(folder);
    if (above === folder) return {};
    folder = above;
  }
}
