import type { Feed } from '../../model/metric.js';
import type { Observer } from '../../model/observer.js';
import type { OperationType } from '../../model/operation.js';
import { type AnyFamily, createRecorder, type Recorder } from './recorder.js';

/** Feeds metrics from operations. */
export interface MetricsObserver extends Observer {
  feed(family: AnyFamily, feed: Feed): void;
}

/** Creates the observer that feeds one registry, up to `limit` combinations of label values. */
export function createMetricsObserver(limit: number): MetricsObserver {
  // Kept for as long as the types live: types are declared once, at module level.
  const recorders = new Map<OperationType, Recorder>();

  function recorderOf(type: OperationType): Recorder {
    let recorder = recorders.get(type);
    if (recorder === undefined) recorders.set(type, (recorder = createRecorder(limit)));
    return recorder;
  }

  return {
    name: 'metrics',
    watch: recorderOf,
    feed: (family, feed) => recorderOf(feed.on).add(family, feed),
  };
}
