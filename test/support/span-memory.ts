import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import type { SpanExporterLike } from '../../src/index.js';

/** An exporter that keeps the spans it is given. */
export interface SpanMemory extends SpanExporterLike {
  readonly spans: ReadableSpan[];
  named(name: string): ReadableSpan;
}

/** Creates an empty one. */
export function createSpanMemory(): SpanMemory {
  const spans: ReadableSpan[] = [];
  return {
    spans,
    named(name) {
      const found = spans.filter((span) => span.name === name);
      if (found.length !== 1) {
        throw new Error(`expected one span "${name}", got ${spans.map((span) => span.name)}`);
      }
      return found[0] as ReadableSpan;
    },
    export(batch: ReadableSpan[], done: (result: { code: number }) => void) {
      spans.push(...batch);
      done({ code: 0 });
    },
    shutdown: () => Promise.resolve(),
  };
}
