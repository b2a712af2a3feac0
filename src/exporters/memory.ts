import type { Attributes, AttributeValue, HrTime } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import type { TraceExporter } from '../signals/traces/options.js';
import type { ExportOutcome } from '../signals/traces/outcome.js';
import { nest } from './nest.js';

/** A span as a test looks at it. */
export interface SeenSpan {
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly traceId: string;
  readonly spanId: string;
  /** Absent at the root of a trace. */
  readonly parentSpanId: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: 'unset' | 'ok' | 'error';
  readonly statusMessage: string | undefined;
  readonly events: readonly { readonly name: string; readonly attributes: object }[];
  /** Ids of the spans that it is linked to. */
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** Milliseconds since the epoch. */
  readonly startTime: number;
  /** Milliseconds. */
  readonly duration: number;
  /** Name of the library that made it. */
  readonly scope: string;
  /** What tells the service from others, such as `service.name`. */
  readonly resource: Readonly<Record<string, unknown>>;
}

/** What a span must have to be found; what is left out may be anything. */
export interface SpanQuery {
  name?: string | RegExp;
  kind?: SeenSpan['kind'];
  status?: SeenSpan['status'];
  traceId?: string;
  parentSpanId?: string;
  /** Attributes that it must have among others. */
  attributes?: Readonly<Record<string, unknown>>;
}

/** An exporter that keeps the spans it is given. */
export interface MemoryExporter extends TraceExporter {
  /** All spans that have ended, in that order. */
  readonly spans: readonly SeenSpan[];
  /** The first span that fits; undefined when none does. */
  find(query: SpanQuery): SeenSpan | undefined;
  findAll(query: SpanQuery): SeenSpan[];
  /** The names of all spans, one a line, each indented below its parent, in order of their start. */
  tree(): string;
  /** Forgets all spans. */
  reset(): void;
}

/**
 * Keeps spans in memory, for tests. A span is there at the moment at which it has ended; that of a
 * request when its response has been sent, which a client may notice a moment earlier.
 *
 * @example
 * const spans = memory();
 * const monitoring = createMonitoring({ traces: { exporter: spans } });
 * monitoring.trace('price cart', () => {});
 * spans.find({ name: 'price cart' })?.duration;
 */
export function memory(): MemoryExporter {
  const seen: SeenSpan[] = [];
  const findAll = (query: SpanQuery): SeenSpan[] => seen.filter((span) => fits(span, query));
  return {
    name: 'memory',
    immediate: true,
    spans: seen,
    find: (query) => findAll(query)[0],
    findAll,
    tree: () =>
      nest(seen)
        .map(({ span, depth }) => '  '.repeat(depth) + span.name)
        .join('\n'),
    reset() {
      seen.length = 0;
    },
    create: () => ({
      export(spans: ReadableSpan[], done: (outcome: ExportOutcome) => void) {
        seen.push(...spans.map(seenSpan));
        done({ code: 0 });
      },
      shutdown: () => Promise.resolve(),
    }),
  };
}

const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUSES = ['unset', 'ok', 'error'] as const;

function seenSpan(span: ReadableSpan): SeenSpan {
  const { traceId, spanId } = span.spanContext();
  return {
    name: span.name,
    kind: KINDS[span.kind],
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    attributes: { ...span.attributes },
    status: STATUSES[span.status.code],
    statusMessage: span.status.message,
    events: span.events.map(({ name, attributes }) => ({ name, attributes: attributes ?? {} })),
    links: span.links.map(({ context }) => ({
      traceId: context.traceId,
      spanId: context.spanId,
    })),
    startTime: milliseconds(span.startTime),
    duration: milliseconds(span.duration),
    scope: span.instrumentationScope.name,
    resource: span.resource.attributes as Attributes,
  };
}

function milliseconds([seconds, nanoseconds]: HrTime): number {
  return seconds * 1e3 + nanoseconds / 1e6;
}

function fits(span: SeenSpan, { name, attributes = {}, ...rest }: SpanQuery): boolean {
  const isNamed = name instanceof RegExp ? name.test(span.name) : (name ?? span.name) === span.name;
  return (
    isNamed &&
    Object.entries(rest).every(([key, value]) =>
      value === undefined ? true : span[key as keyof typeof rest] === value,
    ) &&
    Object.entries(attributes).every(([key, value]) => same(span.attributes[key], value))
  );
}

/** Attributes are texts, numbers, truth values, and lists of these. */
function same(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other;
  return one.length === other.length && one.every((value: AttributeValue, i) => value === other[i]);
}
