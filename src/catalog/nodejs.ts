import { metricGroup } from '../model/group.js';
import { counter, gauge, histogram } from '../model/metric.js';

/** Node's own runtime. Names are those of prom-client's own where it has them. */
export const nodejs = metricGroup('nodejs', {
  version: gauge({
    name: 'nodejs_version_info',
    help: 'Always 1; its labels say which version of Node runs',
    labels: ['version', 'major', 'minor', 'patch'],
    aggregator: 'first',
  }),
  heapTotal: gauge({ name: 'nodejs_heap_size_total_bytes', help: 'Size of the heap' }),
  heapUsed: gauge({ name: 'nodejs_heap_size_used_bytes', help: 'Part of the heap in use' }),
  heapLimit: gauge({
    name: 'nodejs_heap_size_limit_bytes',
    help: 'Size that the heap may not exceed',
  }),
  external: gauge({
    name: 'nodejs_external_memory_bytes',
    help: 'Memory of objects outside the heap that the heap holds on to',
  }),
  arrayBuffers: gauge({
    name: 'nodejs_array_buffers_bytes',
    help: 'Memory of array buffers and Buffers',
  }),
  spaceSize: gauge({
    name: 'nodejs_heap_space_size_total_bytes',
    help: 'Size of each space of the heap',
    labels: ['space'],
  }),
  spaceUsed: gauge({
    name: 'nodejs_heap_space_size_used_bytes',
    help: 'Part of each space of the heap in use',
    labels: ['space'],
  }),
  lagMean: gauge({
    name: 'nodejs_eventloop_lag_mean_seconds',
    help: lag('Mean'),
    aggregator: 'average',
  }),
  lagP50: gauge({
    name: 'nodejs_eventloop_lag_p50_seconds',
    help: lag('Median'),
    aggregator: 'average',
  }),
  lagP90: gauge({
    name: 'nodejs_eventloop_lag_p90_seconds',
    help: lag('90th percentile'),
    aggregator: 'average',
  }),
  lagP99: gauge({
    name: 'nodejs_eventloop_lag_p99_seconds',
    help: lag('99th percentile'),
    aggregator: 'average',
  }),
  lagMax: gauge({
    name: 'nodejs_eventloop_lag_max_seconds',
    help: lag('Longest'),
    aggregator: 'max',
  }),
  loopActive: counter({
    name: 'nodejs_eventloop_active_seconds_total',
    help: 'Seconds in which the event loop ran something',
  }),
  loopIdle: counter({
    name: 'nodejs_eventloop_idle_seconds_total',
    help: 'Seconds in which the event loop waited for something to do',
  }),
  loopUtilization: gauge({
    name: 'nodejs_eventloop_utilization_ratio',
    help: 'Share of the last ten seconds in which the event loop ran something, 0 to 1',
    aggregator: 'average',
  }),
  gc: histogram({
    name: 'nodejs_gc_duration_seconds',
    help: 'Pauses for collecting garbage',
    labels: ['kind'],
    buckets: [0.001, 0.01, 0.1, 1, 2, 5],
  }),
  activeResources: gauge({
    name: 'nodejs_active_resources',
    help: 'Handles and requests that keep the event loop alive',
    labels: ['type'],
  }),
});

function lag(which: string): string {
  return `${which} delay of the event loop in the last ten seconds`;
}
