import { metricGroup } from '../model/group.js';
import { counter, gauge } from '../model/metric.js';

/** Each process reads the same, one a little later than the other, and at first nothing. */
const OF_MACHINE = { aggregator: 'max' } as const;

/** The machine that the process runs on, sampled in the background. */
export const system = metricGroup('system', {
  cpuCount: gauge({ ...OF_MACHINE, name: 'system_cpus', help: 'Logical processors' }),
  cpuTime: counter({
    ...OF_MACHINE,
    name: 'system_cpu_seconds_total',
    help: 'Seconds of all processors by what they did',
    labels: ['mode'],
  }),
  load1: gauge({ ...OF_MACHINE, name: 'system_load1', help: 'Load average of one minute' }),
  load5: gauge({ ...OF_MACHINE, name: 'system_load5', help: 'Load average of five minutes' }),
  load15: gauge({ ...OF_MACHINE, name: 'system_load15', help: 'Load average of fifteen minutes' }),
  uptime: gauge({
    ...OF_MACHINE,
    name: 'system_uptime_seconds',
    help: 'Seconds since the machine started',
  }),
  memoryTotal: gauge({
    ...OF_MACHINE,
    name: 'system_memory_total_bytes',
    help: 'RAM of the machine',
  }),
  memoryFree: gauge({
    ...OF_MACHINE,
    name: 'system_memory_free_bytes',
    help: 'RAM that nothing uses',
  }),
  memoryAvailable: gauge({
    ...OF_MACHINE,
    name: 'system_memory_available_bytes',
    help: 'RAM that could be had without swapping',
  }),
  memoryUsed: gauge({
    ...OF_MACHINE,
    name: 'system_memory_used_bytes',
    help: 'RAM in use, caches included',
  }),
  memoryActive: gauge({
    ...OF_MACHINE,
    name: 'system_memory_active_bytes',
    help: 'RAM in use, caches excluded',
  }),
  memoryCache: gauge({
    ...OF_MACHINE,
    name: 'system_memory_cache_bytes',
    help: 'RAM used for buffers and caches',
  }),
  swapTotal: gauge({ ...OF_MACHINE, name: 'system_swap_total_bytes', help: 'Swap space' }),
  swapUsed: gauge({ ...OF_MACHINE, name: 'system_swap_used_bytes', help: 'Swap space in use' }),
  diskTotal: gauge({
    ...OF_MACHINE,
    name: 'system_disk_total_bytes',
    help: 'Size of the file system of a path',
    labels: ['path'],
  }),
  diskFree: gauge({
    ...OF_MACHINE,
    name: 'system_disk_free_bytes',
    help: 'Bytes that an ordinary user can still write there',
    labels: ['path'],
  }),
  diskUsed: gauge({
    ...OF_MACHINE,
    name: 'system_disk_used_bytes',
    help: 'Bytes in use there',
    labels: ['path'],
  }),
  received: counter({
    ...OF_MACHINE,
    name: 'system_network_receive_bytes_total',
    help: 'Bytes received by a network interface',
    labels: ['interface'],
  }),
  transmitted: counter({
    ...OF_MACHINE,
    name: 'system_network_transmit_bytes_total',
    help: 'Bytes sent by a network interface',
    labels: ['interface'],
  }),
  errors: counter({
    ...OF_MACHINE,
    name: 'system_network_errors_total',
    help: 'Packets that a network interface could not receive or send',
    labels: ['interface', 'direction'],
  }),
  drops: counter({
    ...OF_MACHINE,
    name: 'system_network_drops_total',
    help: 'Packets that a network interface dropped',
    labels: ['interface', 'direction'],
  }),
  sampledAt: gauge({
    ...OF_MACHINE,
    name: 'system_sampled_timestamp_seconds',
    help: 'When these figures were read, in seconds since the epoch',
  }),
});
