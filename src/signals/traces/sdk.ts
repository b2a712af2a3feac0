import { setTimeout as wait } from 'node:timers/promises';
import { ROOT_CONTEXT, type Span, type SpanContext, trace } from '@opentelemetry/api';
import { type Clock, createClock, keepClock } from './clock.js';
import { FinishedSpan, type FinishedWork } from './finished-span.js';
import { TELLTALE_SCOPE } from './identity.js';
import type { TraceExporter } from './options.js';
import type { SpanRecorder, SpanStart } from './recorder.js';
import { redactSpan } from './redact-span.js';

/** OpenTelemetry's SDK, loaded and ready. */
export interface Sdk extends SpanRecorder {
  /** Sends what is waiting; rejects when it cannot. */
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** Time for requests between two libraries, each of which holds up the event loop for a while. */
const BREATH_MS = 20;

/**
 * Loads OpenTelemetry's SDK and an exporter for it. They are loaded only when there is somewhere to
 * export to: it takes longer than everything else that a service starts with.
 */
export async function loadSdk(
  from: TraceExporter,
  resource: Record<string, string | number>,
): Promise<Sdk> {
  const resources = await import('@opentelemetry/resources');
  await wait(BREATH_MS);
  const sdk = await import('@opentelemetry/sdk-trace-node');
  await wait(BREATH_MS);
  const exporter = await from.create();
  const { AlwaysOnSampler, BasicTracerProvider, BatchSpanProcessor } = sdk;
  // Limits on attributes, which only a span of the SDK's own keeps to.
  const isLimited = Object.keys(process.env).some((name) => /^OTEL_(SPAN_)?ATTRIBUTE_/.test(name));
  // Ids were given out when the work began; the SDK asks for them here instead of drawing its own.
  let current: SpanContext = { traceId: '', spanId: '', traceFlags: 0 };
  const processor = new BatchSpanProcessor(
    exporter as ConstructorParameters<typeof BatchSpanProcessor>[0],
  );
  const described = resources.defaultResource().merge(resources.resourceFromAttributes(resource));
  const provider = new BasicTracerProvider({
    sampler: new AlwaysOnSampler(),
    resource: described,
    spanProcessors: [processor],
    idGenerator: {
      generateTraceId: () => current.traceId,
      generateSpanId: () => current.spanId,
    },
  });

  function record(start: SpanStart): Span {
    const { context, parent, scope, name, kind, startTime, clock, attributes, links } = start;
    current = context;
    const below = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
    const span = provider
      .getTracer(scope.name, scope.version)
      .startSpan(
        name,
        { kind, startTime, ...(attributes && { attributes }), ...(links && { links }) },
        below,
      );
    // The SDK knows of one flag only.
    span.spanContext().traceFlags = context.traceFlags;
    return endingBy(clock, span);
  }

  function finish(work: FinishedWork): void {
    if (!isLimited) return processor.onEnd(new FinishedSpan(work, described, TELLTALE_SCOPE));
    const span = record({ ...work, clock: createClock(), scope: TELLTALE_SCOPE });
    span.setStatus(work.status);
    span.end(work.endTime);
  }

  return {
    record,
    finish,
    flush: () => provider.forceFlush(),
    shutdown: () => provider.shutdown(),
  };
}

/** A span that was given its start is ended by the SDK in whole milliseconds, if not told when. */
function endingBy(clock: Clock, span: Span): Span {
  const { end } = span;
  span.end = (time = clock.now()) => {
    redactSpan(span);
    end.call(span, time);
  };
  return keepClock(span, clock);
}
