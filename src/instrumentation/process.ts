import { readdir, readFile } from 'node:fs/promises';
import { processGroup } from '../catalog/process.js';
import { memoryLimit } from '../core/memory-limit.js';
import type { Instrumentation } from './instrumentation.js';

/** The process as the operating system sees it, read at each collection. */
export function processInstrumentation(): Instrumentation {
  return {
    name: 'process',
    install({ metrics }) {
      const handles = metrics.use(processGroup);
      const limit = memoryLimit();
      return metrics.onCollect('process', async () => {
        handles.startTime.set(Math.round(performance.timeOrigin) / 1000);
        handles.memoryLimit.set(limit);
        const usage = process.resourceUsage();
        handles.cpuUser.labels({}).reach(usage.userCPUTime / 1e6);
        handles.cpuSystem.labels({}).reach(usage.systemCPUTime / 1e6);
        handles.cpu.labels({}).reach((usage.userCPUTime + usage.systemCPUTime) / 1e6);
        handles.resident.set(process.memoryUsage.rss());
        handles.contextSwitches.labels({ kind: 'voluntary' }).reach(usage.voluntaryContextSwitches);
        handles.contextSwitches
          .labels({ kind: 'involuntary' })
          .reach(usage.involuntaryContextSwitches);
        handles.pageFaults.labels({ kind: 'minor' }).reach(usage.minorPageFault);
        handles.pageFaults.labels({ kind: 'major' }).reach(usage.majorPageFault);
        handles.fsOperations.labels({ kind: 'read' }).reach(usage.fsRead);
        handles.fsOperations.labels({ kind: 'write' }).reach(usage.fsWrite);
        if (process.platform !== 'linux') return;
        handles.openFds.set((await readdir('/proc/self/fd')).length);
        handles.maxFds.set(maxFds(await readFile('/proc/self/limits', 'utf8')));
      });
    },
  };
}

function maxFds(limits: string): number {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? 0 : Number(soft);
}
