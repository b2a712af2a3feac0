import {
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
import { formatsOf, readerOf } from './propagation/formats.js';
import { createPropagator } from './propagator.js';
import { createLateRecorder } from './recorder.js';
import { createSampler, passOn } from './sampling.js';
import { loadSdk, type Sdk } from './sdk.js';
import { switchingTracer, TelltaleTracerProvider } from './tracer.js';
import { trusting, trustOf } from './trust.js';

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
  const trust = options.trust ?? true;
  const read = readerOf(formats);
  let joined: Joined | undefined;
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
      keptFor: keeperOf(options.keep),
      joined: () => joined,
    }),
    ...carrying(propagator, scopes, () => joined !== undefined),
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
      if (exporter === undefined || joined !== undefined) return;
      timer = setTimeout(load, LOAD_AFTER_MS);
      timer.unref();
    },
    async stop() {
      // Never started, there is nothing to give back, and nothing was recorded.
      if (unregister === undefined) return;
      unregister();
      // What is another's goes on, and so do operations in it.
      if (joined !== undefined) return joined.stop();
      await (await load())?.shutdown();
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
    inject(headers) {
      const scope = scopes.active() ?? ROOT_CONTEXT;
      propagator.inject(scope, headers, headerSetter);
      if (hasJoined()) propagation.inject(scope, headers, headerSetter);
      return headers;
    },
    extract(headers) {
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
    inject: (headers) => headers,
    extract: () => ROOT_CONTEXT,
    fields: () => undefined,
    sampled: () => undefined,
    start() {},
    stop: () => Promise.resolve(),
  };
}
