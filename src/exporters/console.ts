import type { HrTime } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { flag } from '../core/rules.js';
import type { TraceExporter } from '../signals/traces/options.js';
import type { ExportOutcome } from '../signals/traces/outcome.js';
import { type Fields, refuseInvalid, stream } from './options.js';
import { renderTree, type ShownSpan } from './tree.js';

/** Options of {@link consoleTree}. */
export interface ConsoleOptions {
  /**
   * Where the trees are written.
   *
   * @default process.stderr, since standard output has the lines of the log
   */
  stream?: { write(text: string): unknown; isTTY?: boolean };
  /**
   * @default true on a terminal, unless NO_COLOR is set
   */
  colors?: boolean;
}

const FIELDS: Fields<ConsoleOptions> = { stream, colors: flag };

/** Traces of which the root has not ended. */
const MOST_TRACES = 1000;
/** Spans of a trace that are shown. */
const MOST_SPANS = 500;

/**
 * Writes each trace as a tree for people to read, when its root in this process has ended. What ends
 * after its root is shown by itself.
 *
 * @throws TelltaleError on an option that is unknown or of the wrong type.
 * @example
 * setupMonitoring(app, { traces: { exporter: consoleTree() } });
 */
export function consoleTree(options: ConsoleOptions = {}): TraceExporter {
  refuseInvalid('console', options, FIELDS);
  const { stream: out = process.stderr } = options;
  const colors = options.colors ?? (out.isTTY === true && !process.env.NO_COLOR);
  const open = new Map<string, ShownSpan[]>();

  function show(span: ReadableSpan): void {
    const { traceId } = span.spanContext();
    const spans = open.get(traceId) ?? [];
    if (spans.length < MOST_SPANS || isRoot(span)) spans.push(shownSpan(span));
    open.set(traceId, spans);
    if (isRoot(span)) {
      open.delete(traceId);
      out.write(renderTree(traceId, spans, colors));
    } else if (open.size > MOST_TRACES) {
      for (const [id, oldest] of open) {
        open.delete(id);
        out.write(renderTree(id, oldest, colors));
        break;
      }
    }
  }

  return {
    name: 'console',
    immediate: true,
    create: () => ({
      export(spans: ReadableSpan[], done: (outcome: ExportOutcome) => void) {
        spans.forEach(show);
        done({ code: 0 });
      },
      async shutdown() {
        for (const [traceId, spans] of open) out.write(renderTree(traceId, spans, colors));
        open.clear();
      },
    }),
  };
}

/** Whether there is nothing above the span in this process. */
function isRoot({ parentSpanContext }: ReadableSpan): boolean {
  return parentSpanContext === undefined || parentSpanContext.isRemote === true;
}

const KINDS = ['', 'server', 'client', 'producer', 'consumer'];

function shownSpan(span: ReadableSpan): ShownSpan {
  const { code, message } = span.status;
  return {
    name: span.name,
    kind: KINDS[span.kind] ?? '',
    spanId: span.spanContext().spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    startTime: milliseconds(span.startTime),
    duration: milliseconds(span.duration),
    attributes: { ...span.attributes },
    error: code === 2 ? (message ?? '') : undefined,
  };
}

function milliseconds([seconds, nanoseconds]: HrTime): number {
  return seconds * 1e3 + nanoseconds / 1e6;
}
