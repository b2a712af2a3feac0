import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import type { SpanExporterLike } from './options.js';
import type { ExportOutcome } from './outcome.js';
import { untraced } from './suppress.js';

/** An attempt to export, which may be cut. */
export interface Attempt {
  readonly outcome: Promise<ExportOutcome>;
  cut(outcome: ExportOutcome): void;
}

/** Hands spans to an exporter. There is an outcome in time, also when it throws or never calls back. */
export function attemptExport(
  exporter: SpanExporterLike,
  spans: readonly ReadableSpan[],
  milliseconds: number,
): Attempt {
  let settle: (outcome: ExportOutcome) => void = () => {};
  const outcome = new Promise<ExportOutcome>((resolve) => {
    const timer = setTimeout(() => settle({ code: 1, reason: 'timeout' }), milliseconds);
    timer.unref();
    settle = (one) => {
      clearTimeout(timer);
      resolve(one);
    };
  });
  try {
    untraced(() => exporter.export(spans as ReadableSpan[], settle));
  } catch (error) {
    settle({ code: 1, reason: 'error', error });
  }
  return { outcome, cut: settle };
}
