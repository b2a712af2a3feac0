import { ProxyTracerProvider, type Tracer } from '@opentelemetry/api';
import type { Diagnostics } from '../../core/diagnostics.js';
import type { SwitchableScopes } from '../../core/scope.js';
import type { Observer } from '../../model/observer.js';
import { registerGlobals } from './globals.js';
import { spanContextIn, TELLTALE_SCOPE } from './identity.js';
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
  /** The ids of the active span as log fields. */
  fields(): { trace_id: string; span_id: string } | undefined;
  /** Registers with OpenTelemetry's API and loads the exporter. */
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

/** Creates the traces of one Monitoring. */
export function createTraces(options: TracesOptions, parts: TracesParts): Traces {
  const { scopes, diagnostics, exporter, resource } = parts;
  const recorder = exporter === undefined ? undefined : createLateRecorder();
  const sample = exporter === undefined ? passOn : createSampler(options);
  const formats = formatsOf(options.propagators ?? ['tracecontext']);
  let unregister: (() => void) | undefined;
  let sdk: Promise<Sdk | undefined> = Promise.resolve(undefined);
  const flush = async (): Promise<void> => (await sdk)?.flush();
  const provider = new TelltaleTracerProvider({ scopes, sample, recorder }, flush);

  async function load(from: TraceExporter): Promise<Sdk | undefined> {
    try {
      const loaded = await loadSdk(await from.create(), resource);
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
    fields() {
      const context = spanContextIn(scopes.active());
      return context && { trace_id: context.traceId, span_id: context.spanId };
    },
    start() {
      unregister = registerGlobals(provider, createPropagator(formats), scopes);
      if (exporter !== undefined) sdk = load(exporter);
    },
    async stop() {
      unregister?.();
      await (await sdk)?.shutdown();
    },
  };
}

/** Traces that are off: the tracer is OpenTelemetry's own, silent unless somebody registers one. */
export function createSilentTraces(): Traces {
  return {
    tracer: new ProxyTracerProvider().getTracer(TELLTALE_SCOPE.name),
    observer: undefined,
    fields: () => undefined,
    start() {},
    stop: () => Promise.resolve(),
  };
}
