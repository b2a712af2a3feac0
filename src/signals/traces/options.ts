import type { PropagatorName } from './propagation/formats.js';

/** What an exporter of spans must be able to do: the shape of OpenTelemetry's `SpanExporter`. */
export interface SpanExporterLike {
  // biome-ignore lint/suspicious/noExplicitAny: any version of the SDK's own span type is accepted
  export(spans: any[], done: (result: any) => void): void;
  shutdown(): Promise<void>;
  forceFlush?(): Promise<void>;
}

/** A way to get spans out of the process; it loads its library when the service starts. */
export interface TraceExporter {
  readonly name: string;
  create(): SpanExporterLike | Promise<SpanExporterLike>;
}

/** Which traces are recorded and where they go. */
export interface TracesOptions {
  /**
   * Where spans go: `'otlp'` (OTLP over HTTP), `'none'`, an exporter of OpenTelemetry's, or a
   * driver such as `otlp()` from `telltale/exporters/otlp`. Without an exporter nothing is
   * recorded, but ids are passed on and stand in every log line.
   *
   * @default OTEL_TRACES_EXPORTER; otherwise 'otlp' when OTEL_EXPORTER_OTLP_ENDPOINT or
   *   OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is set, otherwise 'none'
   */
  exporter?: 'otlp' | 'none' | TraceExporter | SpanExporterLike;
  /**
   * Base URL of the OTLP collector; `/v1/traces` is added.
   *
   * @default OTEL_EXPORTER_OTLP_ENDPOINT, otherwise http://localhost:4318
   */
  endpoint?: string;
  /**
   * Share of the traces begun here that are recorded, from 0 to 1. A trace that a caller began is
   * recorded when the caller records it.
   *
   * @default 1
   */
  sampleRatio?: number;
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
}
