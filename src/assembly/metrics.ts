import { app } from '../catalog/app.js';
import { logs as logsGroup } from '../catalog/logs.js';
import { self } from '../catalog/self.js';
import type { Diagnostics } from '../core/diagnostics.js';
import type { Instrumentation } from '../instrumentation/instrumentation.js';
import { nodejsInstrumentation } from '../instrumentation/nodejs.js';
import { processInstrumentation } from '../instrumentation/process.js';
import { systemInstrumentation } from '../instrumentation/system.js';
import type { Endpoint } from '../model/endpoint.js';
import type { MetricGroup } from '../model/group.js';
import type { MonitoringOptions } from '../options.js';
import type { Logs } from '../signals/logs/logs.js';
import { metricsEndpoint } from '../signals/metrics/endpoint.js';
import type { Metrics } from '../signals/metrics/metrics.js';
import { resolvePaths, type Service } from './environment.js';

/** Registers the metrics that every service has. */
export function fillMetrics(
  metrics: Metrics,
  http: MetricGroup,
  service: Service,
  logs: Logs,
  diagnostics: Diagnostics,
): void {
  metrics.use(http);
  const { info, uptime } = metrics.use(app);
  const { name, version, environment } = service;
  metrics.onCollect('app', () => {
    info.set({ service: name, version, environment }, 1);
    uptime.set(process.uptime());
  });

  const { events } = metrics.use(logsGroup);
  logs.counts.enable();
  metrics.onCollect('logs', () => {
    for (const [level, count] of logs.counts.byLevel) events.labels({ level }).reach(count);
  });

  const own = metrics.use(self);
  diagnostics.listen(({ part }) => own.faults.inc({ part }));
  metrics.onCollect('self', () => {
    own.droppedLines.labels({}).reach(logs.writer?.dropped() ?? 0);
    own.series.set(metrics.seriesCount());
    for (const [metric, count] of metrics.foldedCounts())
      own.folded.labels({ metric }).reach(count);
  });
}

/** What feeds those metrics while the service runs. */
export function builtInInstrumentation(): Instrumentation[] {
  return [processInstrumentation(), nodejsInstrumentation(), systemInstrumentation()];
}

/** The endpoint of the metrics, if there is one. */
export function metricsEndpoints(options: MonitoringOptions, metrics: Metrics): Endpoint[] {
  const path = resolvePaths(options.endpoints).metrics;
  if (options.metrics === false || path === false) return [];
  const { scrapeDuration } = metrics.use(self);
  return [metricsEndpoint(path, metrics, (seconds) => scrapeDuration.observe(seconds))];
}
