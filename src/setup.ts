import { adapterFor, type MonitoredApp } from './adapters/detect.js';
import { createAttachments } from './assembly/attachments.js';
import { serveEndpoints } from './assembly/endpoints.js';
import { resolveService } from './assembly/environment.js';
import { buildErrors, tracedFailures } from './assembly/errors.js';
import { buildHealth, checksPart, healthEndpoints } from './assembly/health.js';
import { logHealth, measureHealth } from './assembly/health-outlets.js';
import { adviser, buildLogs, logsPart, reopening } from './assembly/logs.js';
import { builtInInstrumentation, fillMetrics, metricsEndpoints } from './assembly/metrics.js';
import { buildShutdown } from './assembly/shutdown.js';
import { buildTraces, tracesWarnings } from './assembly/traces.js';
import { logTraces, measureTraces } from './assembly/traces-outlets.js';
import { httpCatalog } from './catalog/http.js';
import { createBind } from './core/bind.js';
import { createDiagnostics } from './core/diagnostics.js';
import { buildAdmits } from './core/guard.js';
import { createIntake } from './core/intake.js';
import { createLifecycle } from './core/lifecycle.js';
import { createOperations } from './core/operations.js';
import { createScopes, noScopes } from './core/scope.js';
import { installing } from './instrumentation/instrumentation.js';
import type { Observer } from './model/observer.js';
import type { Monitoring } from './monitoring.js';
import { type MonitoringOptions, validateOptions } from './options.js';
import { createMetrics, SERIES_LIMIT } from './signals/metrics/metrics.js';
import { createMetricsObserver } from './signals/metrics/observer.js';
import { traceBy } from './signals/traces/work.js';

/**
 * Creates the monitoring of a service. Nothing runs and nothing is attached yet: see
 * {@link Monitoring.attach} and {@link Monitoring.start}.
 *
 * @throws TelltaleError on an option that is unknown or of the wrong type.
 * @example
 * const monitoring = createMonitoring({ serviceName: 'worker' });
 * monitoring.start();
 */
export function createMonitoring(options: MonitoringOptions = {}): Monitoring {
  return assemble(options, () => {});
}

/** `ending` is told at once when the end begins. */
function assemble(options: MonitoringOptions, ending: () => void): Monitoring {
  validateOptions(options);
  const { env } = process;
  const service = resolveService(options, env);
  const diagnostics = createDiagnostics();
  const scopes = createScopes();

  const traces = buildTraces(options.traces, service, scopes, diagnostics, env);
  const logs = buildLogs(options.logs, service, scopes, traces, diagnostics, env);
  const metricsOptions = options.metrics || {};
  const metricsObserver = createMetricsObserver(metricsOptions.seriesLimit ?? SERIES_LIMIT);
  const metrics = createMetrics(metricsOptions, {
    observer: metricsObserver,
    diagnostics,
    advise: adviser(logs.logger, service.environment),
    sampled: traces.sampled,
  });
  const health = buildHealth(options.health, service, {
    diagnostics,
    observe: (observer) => operations.join(observer),
  });

  // Metrics that are off stay there to be used; they are only not fed and not shown.
  const measuring = options.metrics !== false;
  const http = httpCatalog(Object.keys(options.requests?.labels ?? {}));
  if (measuring) fillMetrics(metrics, http.group, service, logs, diagnostics);
  logTraces(traces.ledger, tracesWarnings(options.traces, env), logs);
  if (measuring) measureTraces(traces.ledger, metrics);
  if (options.health !== false) {
    logHealth(health, logs);
    if (measuring) measureHealth(health, metrics);
  }

  const errors = buildErrors(options.errors, {
    service,
    scopes,
    diagnostics,
    logs,
    traces,
    metrics: measuring ? metrics : undefined,
  });

  const observers = [
    traces.observer,
    logs.observer,
    measuring ? metricsObserver : undefined,
    errors.observer,
  ];
  const operations = createOperations(observers.filter(isPresent), scopes, diagnostics);
  const admits = buildAdmits(options.endpoints ?? {}, diagnostics);
  const served = serveEndpoints(
    {
      guarded: metricsEndpoints(options, metrics),
      open: healthEndpoints(options, health, service, admits),
    },
    admits,
    options.endpoints,
    diagnostics,
  );
  const isPlaced = placesMatter(options);
  const intake = createIntake({
    endpoints: served.table,
    operations,
    scopes: isPlaced ? scopes : noScopes,
    identified: isPlaced,
    diagnostics,
    type: http.request,
    logs,
    requests: options.requests ?? {},
  });
  const reopenLogs = reopening(logs, diagnostics);
  const shutdown = buildShutdown(options.shutdown, logs.logger, diagnostics, env);
  const attachments = createAttachments(intake, shutdown.servers);
  const instrumentation = [
    ...(measuring ? builtInInstrumentation() : []),
    ...(options.instrumentation ?? []),
  ];
  const parts = { operations, metrics, diagnostics };
  const lifecycle = createLifecycle(
    [
      shutdown.signals(() => lifecycle.stop()),
      logsPart(logs, options.logs, reopenLogs),
      shutdown.report,
      errors.part,
      {
        name: 'traces',
        share: 0.8,
        start: () => traces.start((warning) => logs.logger.warn(`telltale: ${warning}`)),
        stop: traces.stop,
      },
      ...instrumentation.map((one) => installing(one, parts)),
      checksPart(options.health, health),
      ...served.parts,
      { name: 'adapters', stop: attachments.detach },
      ...shutdown.parts,
      {
        name: 'health',
        stop() {
          health.drain();
          ending();
        },
      },
    ],
    shutdown.milliseconds,
    shutdown.cuts,
    diagnostics,
  );

  return {
    metrics,
    logger: logs.logger,
    tracer: traces.tracer,
    health,
    observe: operations.observe,
    bind: createBind(scopes, diagnostics),
    trace: traceBy(traces.tracer, tracedFailures(errors)),
    inject: traces.inject,
    extract: traces.extract,
    logLevel: logs.raises.raise,
    reopenLogs,
    errors: { groups: errors.groups },
    captureError: errors.captureError,
    attach: attachments.attach,
    start: lifecycle.start,
    beacon: shutdown.beacon,
    shutdown: shutdown.reentrant(lifecycle.stop),
  };
}

const monitored = new WeakMap<object, Monitoring>();

/**
 * Monitors an Express application, a Fastify instance or a Node http server, from one call, before or
 * after its routes. Called twice on the same app it gives the same Monitoring again.
 *
 * @throws TelltaleError when the app is none of these, or an option is unknown or of the wrong type.
 * @example
 * const app = express();
 * const monitoring = setupMonitoring(app, { serviceName: 'shop' });
 */
export function setupMonitoring(app: MonitoredApp, options: MonitoringOptions = {}): Monitoring {
  adapterFor(app);
  const known = monitored.get(app);
  if (known !== undefined) return known;
  const monitoring = assemble(options, () => monitored.delete(app));
  monitored.set(app, monitoring);
  monitoring.attach(app);
  monitoring.start();
  return monitoring;
}

/** Only log lines, spans and sinks of errors ask which request something belongs to. */
function placesMatter({ logs, traces, errors }: MonitoringOptions): boolean {
  return logs !== false || traces !== false || (errors !== false && errors?.sinks !== undefined);
}

function isPresent(observer: Observer | undefined): observer is Observer {
  return observer !== undefined;
}
