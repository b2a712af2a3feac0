import {
  type Attributes,
  type Context,
  ProxyTracerProvider,
  propagation,
  ROOT_CONTEXT,
  type TextMapPropagator,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import type { Diagnostics } from '../../core/diagnostics.js';
import type { Scopes, SwitchableScopes } from '../../core/scope.js';
import type { Observer } from '../../model/observer.js';
import { headerGetter, headerSetter } from './carrier.js';
import { foreignProvider, registerGlobals } from './globals.js';
import { sampledIn, spanContextIn, TELLTALE_SCOPE } from './identity.js';
import { type Joined, join } from './joined.js';
import { keeperOf } from './keep.js';
import { createTracesObserver } from './observer.js';
import type { TraceExporter, TracesOptions } from './options.js';
import { createPipeline, type PipelineLedger } from './pipeline.js';
import { formatsOf, readerOf } from './propagation/formats.js';
import { createPropagator } from './propagator.js';
import type { Refusals } from './refusals.js';
import { createSampler, passOn } from './sampling.js';
import { switchingTracer, TelltaleTracerProvider } from './tracer.js';
import { trusting, trustOf } from './trust.js';

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
  /** The ids of the active span, where its trace is recorded. */
  sampled(): { readonly traceId: string; readonly spanId: string } | undefined;
  /**
   * Registers with OpenTelemetry's API, or joins what is registered there; `warn` is told what of
   * that has no effect. Soon afterwards the SDK and the exporter are loaded, where they are used.
   */
  start(warn: (warning: string) => void): void;
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
  const trust = options.trust ?? true;
  const read = readerOf(formats);
  let joined: Joined | undefined;
  const provider = new TelltaleTracerProvider({ scopes, sample, recorder }, pipeline.flush);
  let unregister: (() => void) | undefined;

  function joinOther(other: TracerProvider, warn: (warning: string) => void): void {
    joined = join(other, { trusts: trustOf(trust, diagnostics), read });
    if (options.exporter !== undefined && options.exporter !== 'none') warn(UNUSED);
  }

  const own = provider.getTracer(TELLTALE_SCOPE.name);
  return {
    tracer: switchingTracer(() => joined?.tracer ?? own),
    observer: createTracesObserver({
      sample,
      recorder,
      readCaller: trusting(trust, read, diagnostics),
      keptFor: keeperOf(options.keep, refusals),
      joined: () => joined,
    }),
    ...carrying(propagator, scopes, () => joined !== undefined),
    ledger: { ...pipeline.ledger, refusals },
    fields() {
      const context = spanContextIn(scopes.active());
      return context && { trace_id: context.traceId, span_id: context.spanId };
    },
    sampled: () => sampledIn(scopes.active()),
    start(warn) {
      const given = options.tracerProvider;
      const registered = foreignProvider();
      const other = given === 'own' ? undefined : (given ?? registered);
      if (other !== undefined) joinOther(other, warn);
      unregister = registerGlobals({
        provider: other === undefined ? provider : other === registered ? undefined : other,
        propagator,
        scopes,
        late: () => warn(LATE),
      });
      if (joined === undefined) pipeline.start();
    },
    async stop(milliseconds) {
      // Never started, there is nothing to give back, and nothing was recorded.
      if (unregister === undefined) return;
      unregister();
      // What is another's goes on, and so do operations in it.
      if (joined !== undefined) return joined.stop();
      await pipeline.end(milliseconds);
    },
  };
}

const UNUSED =
  'traces.exporter is not used, since the spans are those of another tracer provider: ' +
  "register none before, or set traces.tracerProvider to 'own'";

const LATE =
  'a tracer provider was registered after telltale and has no effect: ' +
  'start OpenTelemetry or Sentry first, and telltale joins it';

/** Passes traces on in telltale's formats, and in those of whom it has joined. */
function carrying(
  propagator: TextMapPropagator,
  scopes: Scopes,
  hasJoined: () => boolean,
): Pick<Traces, 'inject' | 'extract'> {
  return {
    inject<Headers extends object>(given: Headers) {
      const headers = given ?? {};
      const scope = scopes.active() ?? ROOT_CONTEXT;
      propagator.inject(scope, headers, headerSetter);
      if (hasJoined()) propagation.inject(scope, headers, headerSetter);
      return headers;
    },
    extract(given) {
      // Many a message has none.
      const headers = given ?? {};
      const theirs = hasJoined()
        ? propagation.extract(ROOT_CONTEXT, headers, headerGetter)
        : ROOT_CONTEXT;
      return propagator.extract(theirs, headers, headerGetter);
    },
  };
}

/** Traces that are off: the tracer is OpenTelemetry's own, silent unless somebody registers one. */
export function createSilentTraces(): Traces {
  return {
    tracer: new ProxyTracerProvider().getTracer(TELLTALE_SCOPE.name),
    observer: undefined,
    inject: (headers) => headers ?? {},
    extract: () => ROOT_CONTEXT,
    fields: () => undefined,
    sampled: () => undefined,
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
