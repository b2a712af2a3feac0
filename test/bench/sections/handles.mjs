/** ns per operation on handles of telltale and of prom-client, each in a process of its own. */

import { startChild } from '../child.mjs';
import { interleave } from '../measure.mjs';

const core = 0;
const warmups = 3;
const lengths = { quick: { rounds: 15 }, full: { rounds: 60 } };

export async function measureHandles({ options, log }) {
  const libraries = await Promise.all(
    ['telltale', 'prom-client'].map(async (name) => {
      const child = await startChild(core, './programs/handles.mjs', [name]);
      return { name, child, calls: 0, ns: {} };
    }),
  );
  const measure = (library) => {
    library.calls++;
    return library.child.ask('measure');
  };
  await interleave(libraries, { rounds: warmups }, measure);
  await interleave(libraries, lengths[options.quick ? 'quick' : 'full'], async (library) => {
    for (const [operation, ns] of Object.entries(await measure(library))) {
      (library.ns[operation] ??= []).push(Math.round(ns * 100) / 100);
    }
  });

  const faults = [];
  for (const { name, child, calls } of libraries) {
    const { counted, iterations } = await child.ask('count');
    for (const [operation, count] of Object.entries(counted)) {
      if (count === calls * iterations) continue;
      faults.push(`handles: ${name} ${operation} counted ${count} of ${calls * iterations}`);
    }
    await child.stop();
  }
  log('handles');
  return { data: Object.fromEntries(libraries.map(({ name, ns }) => [name, ns])), faults };
}
