import { adapterFor, type MonitoredApp } from '../adapters/detect.js';
import type { Traffics } from '../core/traffics.js';
import type { Intake } from '../model/adapter.js';

/** The apps and servers that one Monitoring watches. */
export interface Attachments {
  attach(app: MonitoredApp): void;
  /** Leaves every app as it was. */
  detach(): void;
}

/** Creates an empty list of attachments. Where servers are to be closed, `traffics` gets theirs. */
export function createAttachments(intake: Intake, traffics: Traffics | undefined): Attachments {
  const undo = new Map<object, () => void>();
  return {
    attach(app) {
      const adapter = adapterFor(app);
      if (undo.has(app)) return;
      undo.set(app, adapter.attach(app, intake));
      traffics?.add(adapter.traffic(app));
    },
    detach() {
      traffics?.release();
      for (const step of undo.values()) step();
      undo.clear();
    },
  };
}
