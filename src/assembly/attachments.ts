import { adapterFor, type MonitoredApp } from '../adapters/detect.js';
import type { Intake } from '../model/adapter.js';

/** The apps and servers that one Monitoring watches. */
export interface Attachments {
  attach(app: MonitoredApp): void;
  /** Leaves every app as it was. */
  detach(): void;
}

/** Creates an empty list of attachments. */
export function createAttachments(intake: Intake): Attachments {
  const undo = new Map<object, () => void>();
  return {
    attach(app) {
      const adapter = adapterFor(app);
      if (!undo.has(app)) undo.set(app, adapter.attach(app, intake));
    },
    detach() {
      for (const step of undo.values()) step();
      undo.clear();
    },
  };
}
