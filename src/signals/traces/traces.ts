import {
  type Attributes,
  type Context,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type TextMapPropagator,
  type Tracer,
} from '@opentelemetry/api';
import type { Diagnostics } from '../../core/diagnostics.js';
import type { Scopes, SwitchableScopes } from '../../core/scope.js';
import type { Observer } from '../../model/observer.js';
import { headerGetter, headerSetter } from './carrier.js';
import { registerGlobals } from './globals.js';
import { spanContextIn, TELLTALE_SCOPE } from './identity.js';
import { keeperOf } from './keep.js';
import { createTracesObserver } from './observer.js';
import type { TraceExporter, TracesOptions } from './options.js';
import { createPipeline, type PipelineLedger } from './pipeline.js';
import { formatsOf, readerOf } from './propagation/formats.js';
import { createPropagator } from './propagator.js';
import type { Refusals } from './refusals.js';
import { createSampler, passOn } from './sampling.js';
import { TelltaleTracerProvider } from './tracer.js';
import { trusting } from './trust.js';

/** What became of spans. */
export interface TraceLedger extends PipelineLedger {
  /** What was not recorded for want of a budget. */
  readonly refusals: Readonly<Refusals>;
}

/** The traces signal. */
export interface Traces {
  readonly tracer: Tracer;
  readonly observer: Observer | undefined;
  /** Writes the current span into headers, and gives them back. */
  inject<Headers extends object>(headers: Headers): Headers;
  /** Reads the span that headers name. */
  extract(headers: object): Context;
  /** The ids of the active span as log fields. */
  fields(): { trace_id: string; span_id: string } | undefined;
  /** Registers with OpenTelemetry's API; soon afterwards the SDK and the exporter are loaded. */
  start(): void;
  /**
   * Gives the globals back, and sends what can be sent within so many milliseconds.
   *
   * @throws LateError when that was not all.
   */
  stop(milliseconds: number): Promise<void>;
  /** What became of the spans so far. */
  readonly ledger: TraceLedger;
}

/** What the traces signal needs from the rest of the service. */
export interface TracesParts {
  scopes: SwitchableScopes;
  diagnostics: Diagnostics;
  /** Without any, and without processors, ids are made and passed on, and nothing is recorded. */
  exporters: readonly TraceExporter[];
  /** Attributes that tell this service from others; asked once, when the first span is exported. */
  resource: () => Attributes;
}

/** Creates the traces of one Monitoring. */
export function createTraces(options: TracesOptions, parts: TracesParts): Traces {
  const { scopes, diagnostics } = parts;
  const refusals = { begun: 0, forced: 0, keep: 0 };
  const pipeline = createPipeline({ ...parts, processors: options.processors ?? [] });
  const { recorder } = pipeline;
  const sample = recorder === undefined ? passOn : createSampler(options, refusals);
  const formats = formatsOf(options.propagators ?? ['tracecontext']);
  const propagator = createPropagator(formats);
  const provider = new TelltaleTracerProvider({ scopes, sample, recorder }, pipeline.flush);
  let unregister: (() => void) | undefined;

  return {
    tracer: provider.getTracer(TELLTALE_SCOPE.name),
    observer: createTracesObserver({
      sample,
      recorder,
      readCaller: trusting(options.trust ?? true, readerOf(formats), diagnostics),
      keptFor: keeperOf(options.keep, refusals),
    }),
    ...carrying(propagator, scopes),
    ledger: { ...pipeline.ledger, refusals },
    fields() {
      const context = spanContextIn(scopes.active());
      return context && { trace_id: context.traceId, span_id: context.spanId };
    },
    start() {
      unregister = registerGlobals(provider, propagator, scopes);
      pipeline.start();
    },
    async stop(milliseconds) {
      // Never started, there is nothing to give back, and nothing was recorded.
      if (unregister === undefined) return;
      unregister();
      await pipeline.end(milliseconds);
    },
  };
}

function carrying(
  propagator: TextMapPropagator,
  scopes: Scopes,
): Pick<Traces, 'inject' | 'extract'> {
  return {
    inject(headers) {
      propagator.inject(scopes.active() ?? ROOT_CONTEXT, headers, headerSetter);
      return headers;
    },
    extract: (headers) => propagator.extract(ROOT_CONTEXT, headers, headerGetter),
  };
}

/** Traces that are off: the tracer is OpenTelemetry's own, silent unless somebody registers one. */
export function createSilentTraces(): Traces {
  return {
    tracer: new ProxyTracerProvider().getTracer(TELLTALE_SCOPE.name),
    observer: undefined,
    inject: (headers) => headers,
    extract: () => ROOT_CONTEXT,
    fields: () => undefined,
    start() {},
    stop: () => Promise.resolve(),
    ledger: {
      deliveries: [],
      refusals: { begun: 0, forced: 0, keep: 0 },
      ended: () => 0,
      onChange() {},
    },
  };
}
