import { setTimeout as wait } from 'node:timers/promises';
import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { createDeadline, LateError } from '../../core/deadline.js';
import type { Diagnostics } from '../../core/diagnostics.js';
import { createBatch } from './batch.js';
import { readBatchSettings } from './batch-settings.js';
import { createDirect } from './direct.js';
import type { Delivery, DeliveryChange } from './ledger.js';
import type { SpanExporterLike, SpanProcessorLike, TraceExporter } from './options.js';
import type { Outlet } from './outlet.js';
import { guardProcessor } from './processor.js';
import { createLateRecorder, type SpanRecorder } from './recorder.js';
import { BREATH_MS, loadSdk, type Sdk } from './sdk.js';
import type { SpanHome } from './timed-span.js';

/** What became of the spans that were recorded. */
export interface PipelineLedger {
  /** By exporter. */
  readonly deliveries: readonly Delivery[];
  /** Recorded spans that have ended. */
  ended(): number;
  /** Told when an exporter begins to lose spans, and when it takes them again. */
  onChange(listener: (change: DeliveryChange) => void): void;
}

/** The way of spans from their beginning to the exporters. */
export interface Pipeline {
  /** Absent where nobody wants spans. */
  readonly recorder: SpanRecorder | undefined;
  readonly ledger: PipelineLedger;
  /** Soon afterwards the SDK and the exporters are loaded. */
  start(): void;
  flush(): Promise<void>;
  /**
   * Sends what can be sent in that time, and books the rest as lost.
   *
   * @throws LateError when there is such a rest.
   */
  end(milliseconds: number): Promise<void>;
}

/** What the pipeline needs from the rest of the service. */
export interface PipelineParts {
  readonly diagnostics: Diagnostics;
  readonly exporters: readonly TraceExporter[];
  readonly processors: readonly SpanProcessorLike[];
  readonly resource: () => Attributes;
}

/** How long a service is left to start before the SDK is loaded, unless it has spans to send. */
const LOAD_AFTER_MS = 200;
/** Nobody is made to wait longer for spans at the end. */
const LONGEST_END_MS = 4000;
/** The share of the time at the end that is used, so that the end is in time and not cut. */
const END_SHARE = 0.9;

/** Lays the pipeline of one Monitoring. */
export function createPipeline(parts: PipelineParts): Pipeline {
  const { diagnostics, exporters } = parts;
  const processors = parts.processors.map((one) => guardProcessor(one, diagnostics));
  const listeners: ((change: DeliveryChange) => void)[] = [];
  const home = createHome(parts.resource);
  const outlets = exporters.map((driver) => ({ driver, outlet: outletOf(driver) }));
  const hasLater = processors.length > 0 || exporters.some(({ immediate }) => !immediate);
  let ended = 0;
  let started = false;
  let timer: NodeJS.Timeout | undefined;
  let loading: Promise<Sdk | undefined> | undefined;

  const recorder =
    processors.length + outlets.length === 0
      ? undefined
      : createLateRecorder({
          home,
          eager: processors.length > 0,
          strict: hasLater && (processors.length > 0 || hasLimits()),
          take,
        });

  function take(span: ReadableSpan): void {
    ended++;
    for (const { outlet } of outlets) outlet.take(span);
  }

  function outletOf({ name, immediate }: TraceExporter): Outlet {
    if (immediate) return createDirect(name, changed);
    return createBatch(name, readBatchSettings(process.env), { changed, full: loadEarly });
  }

  function changed(change: DeliveryChange): void {
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (error) {
        diagnostics.caught('traces', error);
      }
    }
  }

  function loadEarly(): void {
    if (started) void load();
  }

  function load(): Promise<Sdk | undefined> {
    clearTimeout(timer);
    loading ??= hasLater ? loadAll() : Promise.resolve(undefined);
    return loading;
  }

  async function loadAll(): Promise<Sdk | undefined> {
    const sdk = await attempt(() =>
      loadSdk({ home, attributes: home.resource.attributes, processors, take }),
    );
    if (sdk === undefined) recorder?.abandon();
    else recorder?.open(sdk);
    for (const { driver, outlet } of outlets) {
      if (driver.immediate) continue;
      await wait(BREATH_MS);
      open(outlet, await attempt(() => driver.create()));
    }
    return sdk;
  }

  async function attempt<T>(load: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await load();
    } catch (error) {
      diagnostics.caught('traces', error);
      return undefined;
    }
  }

  function openNow(): void {
    for (const { driver, outlet } of outlets) {
      if (!driver.immediate) continue;
      try {
        open(outlet, driver.create() as SpanExporterLike);
      } catch (error) {
        diagnostics.caught('traces', error);
      }
    }
  }

  openNow();

  return {
    recorder,
    ledger: {
      deliveries: outlets.map(({ outlet }) => outlet.delivery),
      ended: () => ended,
      onChange: (listener) => void listeners.push(listener),
    },
    start() {
      started = true;
      if (!hasLater) return;
      timer = setTimeout(load, LOAD_AFTER_MS);
      timer.unref();
    },
    async flush() {
      const sdk = await load();
      await Promise.all([sdk?.flush(), ...outlets.map(({ outlet }) => outlet.flush())]);
    },
    async end(milliseconds) {
      const deadline = createDeadline(Math.min(milliseconds * END_SHARE, LONGEST_END_MS));
      const sdk = await deadline.hold(load()).catch(() => undefined);
      const last = deadline.left();
      await Promise.all([
        attempt(() => createDeadline(last).hold(sdk?.shutdown())),
        ...outlets.map(({ outlet }) => outlet.end(last)),
      ]);
      if (outlets.some(({ outlet }) => outlet.delivery.lost.shutdown > 0)) {
        throw new LateError('spans were not sent in time');
      }
    },
  };
}

function open(outlet: Outlet, exporter: SpanExporterLike | undefined): void {
  if (exporter === undefined) outlet.abandon();
  else outlet.open(exporter);
}

/** Limits, which only spans of the SDK's own keep to. */
function hasLimits(): boolean {
  return Object.keys(process.env).some((name) => LIMIT.test(name));
}

const LIMIT = /^OTEL_(SPAN_)?(ATTRIBUTE|EVENT|LINK)_/;

/** The resource as long as there is no SDK to make one. */
function createHome(attributesOf: () => Attributes): SpanHome {
  let attributes: Attributes | undefined;
  const resource = {
    get attributes() {
      attributes ??= attributesOf();
      return attributes;
    },
  };
  return { resource: resource as SpanHome['resource'] };
}
