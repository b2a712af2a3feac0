/** The parts of a run, in the order in which they are measured. Each gives `{ data, faults }`. */

import { measureExposition } from './sections/exposition.mjs';
import { measureGrowth } from './sections/growth.mjs';
import { measureHandles } from './sections/handles.mjs';
import { measureMemory } from './sections/memory.mjs';
import { measureProbe } from './sections/probe.mjs';
import { measureRequests } from './sections/requests.mjs';
import { measureStartup } from './sections/startup.mjs';

export const sections = {
  requests: measureRequests,
  memory: measureMemory,
  startup: measureStartup,
  probe: measureProbe,
  handles: measureHandles,
  growth: measureGrowth,
  exposition: measureExposition,
};
