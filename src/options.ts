import type { DiskCheckOptions } from './checks/disk.js';
import type { EventLoopCheckOptions } from './checks/event-loop.js';
import type { MemoryCheckOptions } from './checks/memory.js';
import type { GuardOptions } from './core/guard.js';
import type { RequestsOptions } from './core/requests.js';
import { requestsSchema, shutdownSchema } from './core/schema.js';
import type { ShutdownOptions } from './core/shutdown.js';
import { fn, milliseconds, only, shape, shapeOrOff, text, v, validate } from './core/validate.js';
import type { ErrorsOptions } from './errors/options.js';
import { errorsSchema } from './errors/schema.js';
import type { Instrumentation } from './instrumentation/instrumentation.js';
import type { HealthOptions } from './signals/health/options.js';
import { healthEntries } from './signals/health/schema.js';
import type { LogsOptions } from './signals/logs/options.js';
import { logsSchema } from './signals/logs/schema.js';
import type { MetricsOptions } from './signals/metrics/options.js';
import { metricsSchema } from './signals/metrics/schema.js';
import type { TracesOptions } from './signals/traces/options.js';
import { tracesSchema } from './signals/traces/schema.js';

/** The checks that every service has. They make the service degraded at most. */
export interface BuiltInChecks {
  /** Options of the `disk` check, or `false` for none. */
  disk?: DiskCheckOptions | false;
  /** Options of the `memory` check, or `false` for none. */
  memory?: MemoryCheckOptions | false;
  /** Options of the `eventLoop` check, or `false` for none. */
  eventLoop?: EventLoopCheckOptions | false;
}

/** Telltale's own endpoints: their paths, of which `false` leaves one out, and who may ask them. */
export interface EndpointsOptions extends GuardOptions {
  /** @default '/metrics' */
  metrics?: string | false;
  /** @default '/health' */
  health?: string | false;
  /** @default '/health/live' */
  live?: string | false;
  /** @default '/health/ready' */
  ready?: string | false;
  /** @default '/health/startup' */
  startup?: string | false;
  /**
   * A port of their own for the endpoints. The application's port then has none of them.
   *
   * @default the application's port
   */
  port?: number;
  /**
   * The address of that port.
   *
   * @default '127.0.0.1'
   */
  host?: string;
}

/**
 * What to monitor and how. Everything has a default. Where an option can also be set from outside,
 * code comes before `TELLTALE_*`, that before `OTEL_*` and `LOG_LEVEL`, and those before the default.
 */
export interface MonitoringOptions {
  /**
   * Name of the service in logs, traces and reports.
   *
   * @default TELLTALE_SERVICE_NAME, OTEL_SERVICE_NAME, the name in the nearest package.json
   */
  serviceName?: string;
  /**
   * Version of the service.
   *
   * @default TELLTALE_SERVICE_VERSION, `service.version` of OTEL_RESOURCE_ATTRIBUTES, the version in
   *   the nearest package.json
   */
  serviceVersion?: string;
  /**
   * Where it runs, such as `production`.
   *
   * @default TELLTALE_ENVIRONMENT, `deployment.environment.name` of OTEL_RESOURCE_ATTRIBUTES,
   *   NODE_ENV, 'development'
   */
  environment?: string;
  /** Metrics; `false` exposes and feeds none. */
  metrics?: MetricsOptions | false;
  /** Logs; `false` writes none. */
  logs?: LogsOptions | false;
  /** Traces; `false` makes no ids and passes none on. */
  traces?: TracesOptions | false;
  /** Health; `false` answers no probe. */
  health?: (HealthOptions & { checks?: BuiltInChecks }) | false;
  /** Errors; `false` captures none. */
  errors?: ErrorsOptions | false;
  /** Which requests are observed, and under which names. */
  requests?: RequestsOptions;
  endpoints?: EndpointsOptions;
  shutdown?: ShutdownOptions;
  /**
   * Instrumentations of your own or of `telltale/instrumentation/*`.
   *
   * @default []
   */
  instrumentation?: readonly Instrumentation[];
}

const path = only<string>(
  (value) => typeof value === 'string' && /^\/[^\s?#]*[^\s?#/]$/.test(value),
  'a path such as "/metrics"',
);

const percent = only<number>(
  (value) => typeof value === 'number' && value >= 0 && value <= 100,
  'a number of per cent, 0 to 100',
);

const checksSchema: v.GenericSchema<BuiltInChecks> = shape({
  disk: v.optional(
    shapeOrOff(
      shape({ path: v.optional(text), warn: v.optional(percent), fail: v.optional(percent) }),
    ),
  ),
  memory: v.optional(
    shapeOrOff(
      shape({
        limit: v.optional(
          only<number>((value) => typeof value === 'number' && value > 0, 'a number of bytes'),
        ),
        warn: v.optional(percent),
        fail: v.optional(percent),
      }),
    ),
  ),
  eventLoop: v.optional(
    shapeOrOff(shape({ warn: v.optional(milliseconds), fail: v.optional(milliseconds) })),
  ),
});

const pathOrOff = v.optional(shapeOrOff(path));

const schema: v.GenericSchema<MonitoringOptions> = shape({
  serviceName: v.optional(text),
  serviceVersion: v.optional(text),
  environment: v.optional(text),
  metrics: v.optional(shapeOrOff(metricsSchema)),
  logs: v.optional(shapeOrOff(logsSchema)),
  traces: v.optional(shapeOrOff(tracesSchema)),
  health: v.optional(shapeOrOff(shape({ ...healthEntries, checks: v.optional(checksSchema) }))),
  errors: v.optional(shapeOrOff(errorsSchema)),
  requests: v.optional(requestsSchema),
  endpoints: v.optional(
    shape({
      metrics: pathOrOff,
      health: pathOrOff,
      live: pathOrOff,
      ready: pathOrOff,
      startup: pathOrOff,
      port: v.optional(
        only<number>(
          (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65535,
          'a port number',
        ),
      ),
      host: v.optional(text),
      authorize: v.optional(fn<NonNullable<GuardOptions['authorize']>>()),
      token: v.optional(text),
    }),
  ),
  shutdown: v.optional(shutdownSchema),
  instrumentation: v.optional(
    v.array(
      only<Instrumentation>(
        (value) => typeof (value as Partial<Instrumentation> | null)?.install === 'function',
        'an instrumentation: { name, install }',
      ),
      'expected a list of instrumentations',
    ),
  ),
});

/**
 * Refuses options that cannot be meant.
 *
 * @throws TelltaleError that names the option, what was expected, and the nearest known key.
 */
export function validateOptions(options: MonitoringOptions): MonitoringOptions {
  return validate(schema, options);
}
