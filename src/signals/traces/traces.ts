import {
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
import { sampledIn, spanContextIn, TELLTALE_SCOPE } from './identity.js';
import { keeperOf } from './keep.js';
import { createTracesObserver } from './observer.js';
import type { TraceExporter, TracesOptions } from './options.js';
import { formatsOf, readerOf } from './propagation/formats.js';
import { createPropagator } from './propagator.js';
import { createLateRecorder } from './recorder.js';
import { createSampler, passOn } from './sampling.js';
import { loadSdk, type Sdk } from './sdk.js';
import { TelltaleTracerProvider } from './tracer.js';
import { trusting } from './trust.js';

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
  /** Registers with OpenTelemetry's API; soon afterwards the SDK and the exporter are loaded. */
  start(): void;
  /** Sends what is left and gives the globals back. Rejects when spans could not be sent. */
  stop(): Promise<void>;
}

/** What the traces signal needs from the rest of the service. */
export interface TracesParts {
  scopes: SwitchableScopes;
  diagnostics: Diagnostics;
  /** Absent: ids are made and passed on, and nothing is recorded. */
  exporter: TraceExporter | undefined;
  /** Attributes that tell this service from others. */
  resource: Record<string, string | number>;
}

/** How long a service is left to start before the SDK is loaded, unless it has spans to send. */
const LOAD_AFTER_MS = 200;

/** Creates the traces of one Monitoring. */
export function createTraces(options: TracesOptions, parts: TracesParts): Traces {
  const { scopes, diagnostics, exporter, resource } = parts;
  const recorder = exporter === undefined ? undefined : createLateRecorder(loadEarly);
  const sample = exporter === undefined ? passOn : createSampler(options);
  const formats = formatsOf(options.propagators ?? ['tracecontext']);
  const propagator = createPropagator(formats);
  let unregister: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let sdk: Promise<Sdk | undefined> | undefined;
  const flush = async (): Promise<void> => (await load())?.flush();
  const provider = new TelltaleTracerProvider({ scopes, sample, recorder }, flush);

  function load(): Promise<Sdk | undefined> {
    clearTimeout(timer);
    sdk ??= exporter === undefined ? Promise.resolve(undefined) : loadFrom(exporter);
    return sdk;
  }

  function loadEarly(): void {
    if (unregister !== undefined) void load();
  }

  async function loadFrom(from: TraceExporter): Promise<Sdk | undefined> {
    try {
      const loaded = await loadSdk(from, resource);
      recorder?.open(loaded);
      return loaded;
    } catch (error) {
      recorder?.abandon();
      diagnostics.caught('traces', error);
      return undefined;
    }
  }

  return {
    tracer: provider.getTracer(TELLTALE_SCOPE.name),
    observer: createTracesObserver({
      sample,
      recorder,
      readCaller: trusting(options.trust ?? true, readerOf(formats), diagnostics),
      keptFor: keeperOf(options.keep),
    }),
    ...carrying(propagator, scopes),
    fields() {
      const context = spanContextIn(scopes.active());
      return context && { trace_id: context.traceId, span_id: context.spanId };
    },
    sampled: () => sampledIn(scopes.active()),
    start() {
      unregister = registerGlobals(provider, propagator, scopes);
      if (exporter === undefined) return;
      timer = setTimeout(load, LOAD_AFTER_MS);
      timer.unref();
    },
    async stop() {
      // Never started, there is nothing to give back, and nothing was recorded.
      if (unregister === undefined) return;
      unregister();
      await (await load())?.shutdown();
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
    sampled: () => undefined,
    start() {},
    stop: () => Promise.resolve(),
  };
}
