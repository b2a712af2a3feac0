import type { Diagnostics } from '../../core/diagnostics.js';
import type { HealthChange } from '../../model/check.js';

/** Who is told when a check comes to another status. */
export interface Changes {
  /** Adds a listener. Returns what takes it out again. */
  listen(listener: (change: HealthChange) => void): () => void;
  tell(change: HealthChange): void;
}

/** Creates an empty list of listeners. One that fails is reported, and the others are told. */
export function createChanges(diagnostics: Diagnostics): Changes {
  const listeners = new Set<{ call: (change: HealthChange) => unknown }>();
  const failed = (error: unknown) => diagnostics.caught('health.onChange', error);
  return {
    listen(call) {
      const listener = { call };
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    tell(change) {
      for (const { call } of [...listeners]) {
        try {
          Promise.resolve(call(change)).catch(failed);
        } catch (error) {
          failed(error);
        }
      }
    },
  };
}
