import { setTimeout as wait } from 'node:timers/promises';
import {
  type Attributes,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-node';
import { cleanSpan } from './clean-span.js';
import { type Clock, createClock, epochMilliseconds, keepClock } from './clock.js';
import type { SpanMaker, SpanStart } from './recorder.js';
import { hrTime, type SpanHome } from './timed-span.js';

/** OpenTelemetry's SDK, loaded and ready. */
export interface Sdk extends SpanMaker {
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** Time for requests between two libraries, each of which holds up the event loop for a while. */
export const BREATH_MS = 20;

/** What the SDK is loaded for. */
export interface SdkParts {
  readonly home: SpanHome;
  readonly attributes: Attributes;
  readonly processors: readonly SpanProcessor[];
  /** Is given every span that has ended. */
  take(span: ReadableSpan): void;
}

/**
 * Loads OpenTelemetry's SDK. It is loaded only when there is somewhere to export to: it takes longer
 * than everything else that a service starts with.
 */
export async function loadSdk({ home, attributes, processors, take }: SdkParts): Promise<Sdk> {
  const resources = await import('@opentelemetry/resources');
  await wait(BREATH_MS);
  const { AlwaysOnSampler, BasicTracerProvider } = await import('@opentelemetry/sdk-trace-node');
  // Ids were given out when the work began; the SDK asks for them here instead of drawing its own.
  let current: SpanContext = { traceId: '', spanId: '', traceFlags: 0 };
  home.resource = resources
    .defaultResource()
    .merge(resources.resourceFromAttributes(attributes as Record<string, string>));
  const provider = new BasicTracerProvider({
    sampler: new AlwaysOnSampler(),
    resource: home.resource,
    spanProcessors: [...processors, takingBy(take)],
    idGenerator: {
      generateTraceId: () => current.traceId,
      generateSpanId: () => current.spanId,
    },
  });

  function record(start: SpanStart): Span {
    const { context, parent, scope, name, kind, startTime, clock, attributes, links } = start;
    current = context;
    const below = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
    const span = provider.getTracer(scope.name, scope.version).startSpan(
      name,
      {
        kind,
        startTime: hrTime(startTime),
        ...(attributes && { attributes }),
        ...(links && { links }),
      },
      below,
    );
    // The SDK knows of one flag only.
    span.spanContext().traceFlags = context.traceFlags;
    return endingBy(clock, span);
  }

  return {
    record,
    retell(told) {
      const span = record({
        context: told.spanContext(),
        parent: told.parentSpanContext,
        name: told.name,
        kind: told.kind,
        startTime: told.startedAt,
        clock: createClock(),
        attributes: told.attributes,
        links: told.links,
        scope: told.instrumentationScope,
      });
      for (const { name, attributes, time } of told.events) span.addEvent(name, attributes, time);
      if (told.status.code !== SpanStatusCode.UNSET) span.setStatus(told.status);
      span.end(told.endedAt);
    },
    flush: () => provider.forceFlush(),
    shutdown: () => provider.shutdown(),
  };
}

function takingBy(take: (span: ReadableSpan) => void): SpanProcessor {
  const done = (): Promise<void> => Promise.resolve();
  return { onStart() {}, onEnd: take, forceFlush: done, shutdown: done };
}

/** A span that was given its start is ended by the SDK in whole milliseconds, if not told when. */
function endingBy(clock: Clock, span: Span): Span {
  const { end } = span;
  span.end = (time) => {
    cleanSpan(span, clock);
    end.call(span, hrTime(epochMilliseconds(time, clock)));
  };
  return keepClock(span, clock);
}
