import {
  constants,
  monitorEventLoopDelay,
  PerformanceObserver,
  performance,
} from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import { nodejs } from '../catalog/nodejs.js';
import { every } from '../core/intervals.js';
import type { Handles } from '../signals/metrics/metrics.js';
import type { Instrumentation } from './instrumentation.js';

/** How long a window of the event loop's figures is. */
const WINDOW_MS = 10_000;
const RESOLUTION_MS = 10;

/**
 * Node's own runtime. The event loop is measured over windows of its own: were it reset at each
 * scrape, two scrapers would rob each other of their figures.
 */
export function nodejsInstrumentation(): Instrumentation {
  return {
    name: 'nodejs',
    install({ metrics, diagnostics }) {
      const handles = metrics.use(nodejs);
      const undo = [
        metrics.onCollect('nodejs', () => {
          setVersion(handles);
          readMemory(handles);
        }),
        metrics.onCollect('event loop', () => readLoop(handles)),
        watchDelay(handles, (task) => every(WINDOW_MS, 'nodejs', diagnostics, task)),
        watchGarbage(handles),
      ];
      return () => {
        for (const step of undo) step();
      };
    },
  };
}

type NodejsHandles = Handles<typeof nodejs>;

function setVersion({ version }: NodejsHandles): void {
  const [major = '', minor = '', patch = ''] = process.versions.node.split('.');
  version.set({ version: process.version, major, minor, patch }, 1);
}

function readMemory(handles: NodejsHandles): void {
  const { heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
  handles.heapTotal.set(heapTotal);
  handles.heapUsed.set(heapUsed);
  handles.external.set(external);
  handles.arrayBuffers.set(arrayBuffers);
  handles.heapLimit.set(getHeapStatistics().heap_size_limit);
  for (const { space_name, space_size, space_used_size } of getHeapSpaceStatistics()) {
    const space = space_name.replace(/_space$/, '');
    handles.spaceSize.set({ space }, space_size);
    handles.spaceUsed.set({ space }, space_used_size);
  }
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo())
    counts.set(type, (counts.get(type) ?? 0) + 1);
  handles.activeResources.reset();
  for (const [type, count] of counts) handles.activeResources.set({ type }, count);
}

function readLoop({ loopActive, loopIdle }: NodejsHandles): void {
  const { active, idle } = performance.eventLoopUtilization();
  loopActive.labels({}).reach(active / 1000);
  loopIdle.labels({}).reach(idle / 1000);
}

function watchDelay(
  handles: NodejsHandles,
  eachWindow: (task: () => void) => () => void,
): () => void {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let before = performance.eventLoopUtilization();
  const stop = eachWindow(() => {
    if (histogram.count > 0) {
      handles.lagMean.set(lag(histogram.mean));
      handles.lagP50.set(lag(histogram.percentile(50)));
      handles.lagP90.set(lag(histogram.percentile(90)));
      handles.lagP99.set(lag(histogram.percentile(99)));
      handles.lagMax.set(lag(histogram.max));
    }
    histogram.reset();
    const now = performance.eventLoopUtilization();
    handles.loopUtilization.set(performance.eventLoopUtilization(now, before).utilization);
    before = now;
  });
  return () => {
    stop();
    histogram.disable();
  };
}

/** The histogram holds nanoseconds between ticks, of which the resolution itself is no delay. */
function lag(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1e3);
}

const KINDS: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

function watchGarbage({ gc }: NodejsHandles): () => void {
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as unknown as { detail: { kind: number } }).detail;
      gc.observe({ kind: KINDS[kind] ?? 'other' }, entry.duration / 1000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}
