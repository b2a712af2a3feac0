import type { TracerProvider } from '@opentelemetry/api';
import type { KeepOptions } from './keep.js';
import type { PropagatorName } from './propagation/formats.js';
import type { Trust } from './trust.js';

/** What an exporter of spans must be able to do: the shape of OpenTelemetry's `SpanExporter`. */
export interface SpanExporterLike {
  // biome-ignore lint/suspicious/noExplicitAny: any version of the SDK's own span type is accepted
  export(spans: any[], done: (result: any) => void): void;
  shutdown(): Promise<void>;
  forceFlush?(): Promise<void>;
}

/** What is told of spans as they begin and end: the shape of OpenTelemetry's `SpanProcessor`. */
export interface SpanProcessorLike {
  // biome-ignore lint/suspicious/noExplicitAny: any version of the SDK's own span type is accepted
  onStart(span: any, parentContext: any): void;
  // biome-ignore lint/suspicious/noExplicitAny: any version of the SDK's own span type is accepted
  onEnd(span: any): void;
  shutdown(): Promise<void>;
  forceFlush(): Promise<void>;
}

/** A way to get spans out of the process; it loads its library when the service starts. */
export interface TraceExporter {
  readonly name: string;
  /**
   * Whether spans are handed over one by one, at the moment at which they end, and not in batches.
   * Then `create` is called at the start of the service and must not be asynchronous.
   *
   * @default false
   */
  readonly immediate?: boolean;
  create(): SpanExporterLike | Promise<SpanExporterLike>;
}

/** An exporter by its name. */
export type ExporterName = 'otlp' | 'jaeger' | 'zipkin' | 'console' | 'none';

/** What can be given as an exporter. */
export type ExporterOption = ExporterName | TraceExporter | SpanExporterLike;

/** Which traces are recorded and where they go. */
export interface TracesOptions {
  /**
   * Where spans go: `'otlp'` (OTLP over HTTP), `'jaeger'`, `'zipkin'`, `'console'`, `'none'`, a
   * driver such as `otlp()` from `telltale/exporters/otlp`, an exporter of OpenTelemetry's, or a list
   * of these. Without an exporter nothing is recorded, but ids are passed on and stand in every log
   * line.
   *
   * @default TELLTALE_TRACES_EXPORTER, OTEL_TRACES_EXPORTER (names joined by commas); otherwise
   *   'otlp' when `endpoint`, OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is
   *   set, otherwise 'none'
   */
  exporter?: ExporterOption | readonly ExporterOption[];
  /**
   * OpenTelemetry's span processors, told of each recorded span when it begins and when it ends,
   * before the exporters. The spans of requests are then made at their beginning, which costs some
   * microseconds. What a processor is told of spans from before the SDK was loaded, it is told late.
   *
   * @default []
   */
  processors?: readonly SpanProcessorLike[];
  /**
   * Base URL of the OTLP collector; `/v1/traces` is added. It alone turns the exporter on.
   *
   * @default OTEL_EXPORTER_OTLP_ENDPOINT, otherwise http://localhost:4318
   */
  endpoint?: string;
  /**
   * Share of the traces begun here that are recorded, from 0, never, to 1, always. It is read off
   * the trace id, so that services with the same ratio record the same traces. What `keep` picks is
   * recorded beside it.
   *
   * @default TELLTALE_TRACES_SAMPLE_RATIO, OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG, 1
   */
  sampleRatio?: number;
  /**
   * Shares of their own for requests by method and path, where `:name` stands for one segment of the
   * path and a last `*` for the rest. The first that fits counts.
   *
   * @default {}
   * @example
   * traces: { sampleRatio: 0.01, sampleRoutes: { 'POST /orders': 1, '/users/:id': 0.1, '/assets/*': 0 } }
   */
  sampleRoutes?: Readonly<Record<string, number>>;
  /**
   * How many of the traces begun here are recorded a second at most.
   *
   * @default as many as there are
   */
  tracesPerSecond?: number;
  /**
   * Whether a trace that a caller began is recorded when the caller records it. Otherwise it is
   * decided here as if it had begun here.
   *
   * @default true, unless OTEL_TRACES_SAMPLER is 'always_on', 'always_off' or 'traceidratio'
   */
  parentBased?: boolean;
  /**
   * How many traces a second are recorded at most only because a caller records them, so that no
   * caller can make a service record everything.
   *
   * @default 100
   */
  forcedPerSecond?: number;
  /**
   * Whose trace is continued: everybody's, nobody's, that of callers from these addresses and
   * networks, or as a function says. For anybody else a trace begins here. The address is that of
   * the socket.
   *
   * @default true
   * @example
   * traces: { trust: ['10.0.0.0/8', '::1'] }
   * @example
   * traces: { trust: (request) => request.header('x-gateway-key') === process.env.GATEWAY_KEY }
   */
  trust?: Trust;
  /**
   * What is recorded although its trace is not: errors and slow requests, the span of the request
   * itself. It has the attribute `telltale.kept`, `error` or `slow`.
   *
   * @default { errors: true, slow: true, perSecond: 10 }; false when OTEL_TRACES_SAMPLER decides and
   *   is 'always_off' or 'parentbased_always_off'
   */
  keep?: KeepOptions | false;
  /**
   * In which headers traces are passed on: `'tracecontext'` (W3C), `'b3'` and `'b3multi'` (Zipkin, in
   * one header or several; either is read), `'jaeger'`. What is sent on is written in all of them;
   * of what comes in, the first in this order that names a trace is taken. `[]`: none.
   *
   * @default TELLTALE_TRACES_PROPAGATORS, OTEL_PROPAGATORS, ['tracecontext']
   * @example
   * traces: { propagators: ['tracecontext', 'b3'] }
   */
  propagators?: readonly PropagatorName[];
  /**
   * Whose spans telltale makes: those of this provider, or `'own'`. By default they are those of the
   * provider that is registered with OpenTelemetry's API when the service starts, as OpenTelemetry's
   * SDK and Sentry do, and telltale's own where there is none. With another's provider, it alone
   * decides on sampling and on where spans go: `exporter` and what is said of sampling here do
   * nothing, and `shutdown` leaves it running. `'own'` traces beside it, for a Sentry that only takes
   * errors.
   *
   * @default the provider that is registered, otherwise 'own'
   * @example
   * traces: { tracerProvider: new NodeTracerProvider({ spanProcessors: [processor] }) }
   */
  tracerProvider?: TracerProvider | 'own';
}
