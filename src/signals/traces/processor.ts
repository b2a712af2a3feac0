import type { Diagnostics } from '../../core/diagnostics.js';
import type { SpanProcessorLike } from './options.js';

/** A processor of the user's, of which no fault reaches the work that is traced. */
export function guardProcessor(
  processor: SpanProcessorLike,
  diagnostics: Diagnostics,
): SpanProcessorLike {
  function guard(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      diagnostics.caught('traces.processor', error);
    }
  }
  async function settle(ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
    } catch (error) {
      diagnostics.caught('traces.processor', error);
    }
  }
  return {
    onStart: (span, context) => guard(() => processor.onStart(span, context)),
    onEnd: (span) => guard(() => processor.onEnd(span)),
    forceFlush: () => settle(async () => processor.forceFlush?.()),
    shutdown: () => settle(async () => processor.shutdown?.()),
  };
}
