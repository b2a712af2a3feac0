import { metricGroup } from '../model/group.js';
import { counter, gauge } from '../model/metric.js';

/** The process as the operating system sees it. Names are those of prom-client's own. */
export const processGroup = metricGroup('process', {
  cpuUser: counter({
    name: 'process_cpu_user_seconds_total',
    help: 'Seconds of CPU time spent in user code',
  }),
  cpuSystem: counter({
    name: 'process_cpu_system_seconds_total',
    help: 'Seconds of CPU time spent in the kernel',
  }),
  cpu: counter({ name: 'process_cpu_seconds_total', help: 'Seconds of CPU time spent in all' }),
  startTime: gauge({
    name: 'process_start_time_seconds',
    help: 'When the process started, in seconds since the epoch',
    aggregator: 'omit',
  }),
  resident: gauge({
    name: 'process_resident_memory_bytes',
    help: 'Memory of the process that is in RAM',
  }),
  memoryLimit: gauge({
    name: 'process_memory_limit_bytes',
    help: 'Memory that the process may use: the limit of its container, otherwise the RAM',
    aggregator: 'first',
  }),
  openFds: gauge({ name: 'process_open_fds', help: 'Open file descriptors (Linux)' }),
  maxFds: gauge({ name: 'process_max_fds', help: 'File descriptors that may be open (Linux)' }),
  contextSwitches: counter({
    name: 'process_context_switches_total',
    help: 'Times the process gave up the CPU, by its own will or not',
    labels: ['kind'],
  }),
  pageFaults: counter({
    name: 'process_page_faults_total',
    help: 'Page faults, served from memory (minor) or from disk (major)',
    labels: ['kind'],
  }),
  fsOperations: counter({
    name: 'process_fs_operations_total',
    help: 'Reads and writes that reached the file system',
    labels: ['kind'],
  }),
});
