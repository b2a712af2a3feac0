import { statfs } from 'node:fs/promises';
import { cpus, loadavg, uptime } from 'node:os';
import { system } from '../catalog/system.js';
import { every } from '../core/intervals.js';
import type { Handles } from '../signals/metrics/metrics.js';
import type { Instrumentation } from './instrumentation.js';
import { readInterfaces } from './network-interfaces.js';

const SAMPLE_MS = 15_000;
/** What the first sample loads is not to stand in the way of a service that starts. */
const FIRST_SAMPLE_MS = 100;

/**
 * The machine. Sampled in the background and never on the way of a scrape: some of these figures
 * take the operating system a while.
 */
export function systemInstrumentation(): Instrumentation {
  return {
    name: 'system',
    install({ metrics, diagnostics }) {
      const handles = metrics.use(system);
      let stop: (() => void) | undefined;
      const first = setTimeout(() => {
        stop = every(SAMPLE_MS, 'system', diagnostics, () => sample(handles));
      }, FIRST_SAMPLE_MS);
      first.unref();
      return () => {
        clearTimeout(first);
        stop?.();
      };
    },
  };
}

type SystemHandles = Handles<typeof system>;

async function sample(handles: SystemHandles): Promise<void> {
  readProcessors(handles);
  await Promise.all([readMemory(handles), readDisk(handles), readNetwork(handles)]);
  handles.sampledAt.setToCurrentTime();
}

function readProcessors(handles: SystemHandles): void {
  const processors = cpus();
  handles.cpuCount.set(processors.length);
  for (const mode of ['user', 'nice', 'sys', 'idle', 'irq'] as const) {
    const milliseconds = processors.reduce((sum, { times }) => sum + times[mode], 0);
    handles.cpuTime.labels({ mode: mode === 'sys' ? 'system' : mode }).reach(milliseconds / 1000);
  }
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  handles.load1.set(one);
  handles.load5.set(five);
  handles.load15.set(fifteen);
  handles.uptime.set(uptime());
}

async function readMemory(handles: SystemHandles): Promise<void> {
  // Loaded here because it is large, and nothing else of it is cheap enough to be called.
  const { default: information } = await import('systeminformation');
  const memory = await information.mem();
  handles.memoryTotal.set(memory.total);
  handles.memoryFree.set(memory.free);
  handles.memoryAvailable.set(memory.available);
  handles.memoryUsed.set(memory.used);
  handles.memoryActive.set(memory.active);
  handles.memoryCache.set(memory.buffcache);
  handles.swapTotal.set(memory.swaptotal);
  handles.swapUsed.set(memory.swapused);
}

async function readDisk(handles: SystemHandles): Promise<void> {
  const path = process.cwd();
  const { bsize, blocks, bfree, bavail } = await statfs(path);
  handles.diskTotal.set({ path }, blocks * bsize);
  handles.diskUsed.set({ path }, (blocks - bfree) * bsize);
  handles.diskFree.set({ path }, bavail * bsize);
}

async function readNetwork(handles: SystemHandles): Promise<void> {
  for (const { name, received, transmitted } of await readInterfaces()) {
    handles.received.labels({ interface: name }).reach(received.bytes);
    handles.transmitted.labels({ interface: name }).reach(transmitted.bytes);
    for (const [direction, traffic] of Object.entries({
      receive: received,
      transmit: transmitted,
    })) {
      handles.errors.labels({ interface: name, direction }).reach(traffic.errors);
      handles.drops.labels({ interface: name, direction }).reach(traffic.drops);
    }
  }
}
