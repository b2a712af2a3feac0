export type { MonitoredApp } from './adapters/detect.js';
export type { ExpressLike } from './adapters/express.js';
export type { FastifyLike } from './adapters/fastify-request.js';
export type { ServerLike } from './adapters/node.js';
export type { Beacon } from './core/beacon.js';
export type { DescribedError } from './core/described-error.js';
export type { Duration } from './core/duration.js';
export type { GuardOptions } from './core/guard.js';
export type { Operations } from './core/operations.js';
export type { RequestFilter, RequestsOptions } from './core/requests.js';
export type { ShutdownHook, ShutdownOptions } from './core/shutdown.js';
export type { Errors } from './errors/errors.js';
export type { ErrorsOptions } from './errors/options.js';
export type {
  ErrorContext,
  ErrorGroup,
  ErrorLevel,
  ErrorOrigin,
  ErrorReport,
  ErrorService,
  ErrorUser,
} from './errors/report.js';
export type { ErrorSink, Lost } from './errors/sink.js';
export type { Instrumentation, InstrumentationParts } from './instrumentation/instrumentation.js';
export type {
  Check,
  CheckReport,
  CheckResult,
  FaultClass,
  HealthChange,
  HealthReport,
  HealthStatus,
  Probe,
} from './model/check.js';
export type { EndpointRequest } from './model/endpoint.js';
export { type ErrorCode, TelltaleError } from './model/errors.js';
export { type MetricGroup, metricGroup } from './model/group.js';
export type { HttpFacts } from './model/http.js';
export {
  type Aggregator,
  counter,
  DURATION_BUCKETS,
  type Feed,
  gauge,
  histogram,
  type MetricDefinition,
  type MetricKind,
  type Reading,
  SIZE_BUCKETS,
} from './model/metric.js';
export {
  type Attributes,
  type AttributeValue,
  type Operation,
  type OperationInit,
  type OperationKind,
  type OperationType,
  type Outcome,
  operation,
  type SpanNames,
} from './model/operation.js';
export type { Scope } from './model/scope.js';
export type { TraceIdentity } from './model/trace.js';
export type { Monitoring } from './monitoring.js';
export type {
  BuiltInChecks,
  EndpointsOptions,
  MonitoringOptions,
} from './options.js';
export { createMonitoring, setupMonitoring } from './setup.js';
export type { CheckOptions } from './signals/health/check-options.js';
export type { Health } from './signals/health/health.js';
export type { HealthOptions } from './signals/health/options.js';
export type { LogFormat } from './signals/logs/format.js';
export type { LevelRaise, LevelRaiseOptions } from './signals/logs/level-raise.js';
export type { LogLevel, LogsOptions } from './signals/logs/options.js';
export type { MetricConfig } from './signals/metrics/family.js';
export type {
  Counter,
  CounterSeries,
  Gauge,
  GaugeSeries,
  Histogram,
  HistogramSeries,
  LabelInput,
  Metric,
} from './signals/metrics/handles.js';
export type { HandleOf, Handles, Metrics } from './signals/metrics/metrics.js';
export type { MetricsOptions } from './signals/metrics/options.js';
export type { KeepOptions } from './signals/traces/keep.js';
export type { LossReason } from './signals/traces/ledger.js';
export type {
  ExporterName,
  ExporterOption,
  SpanExporterLike,
  SpanProcessorLike,
  TraceExporter,
  TracesOptions,
} from './signals/traces/options.js';
export type { ExportOutcome } from './signals/traces/outcome.js';
export type { PropagatorName } from './signals/traces/propagation/formats.js';
export { type TracedOptions, traced } from './signals/traces/traced.js';
export type { Trust } from './signals/traces/trust.js';
export type { TraceOptions } from './signals/traces/work.js';
