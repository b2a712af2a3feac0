import type { Diagnostics } from '../core/diagnostics.js';
import type { Part } from '../core/lifecycle.js';
import type { Operations } from '../core/operations.js';
import type { Metrics } from '../signals/metrics/metrics.js';

/** What an instrumentation may use. */
export interface InstrumentationParts {
  readonly operations: Operations;
  readonly metrics: Metrics;
  readonly diagnostics: Diagnostics;
}

/** Feeds telltale from something that runs in the process. */
export interface Instrumentation {
  readonly name: string;
  /** Called once, at start. Returns what takes it out again. Its timers must not hold the process. */
  install(parts: InstrumentationParts): () => void;
}

/** An instrumentation as a part that is started and stopped with the service. */
export function installing(instrumentation: Instrumentation, parts: InstrumentationParts): Part {
  let uninstall: (() => void) | undefined;
  return {
    name: `instrumentation/${instrumentation.name}`,
    start() {
      uninstall = instrumentation.install(parts);
    },
    stop() {
      uninstall?.();
    },
  };
}
