/** What loading and setting up adds to the start of a process. */

import { interleave } from '../measure.mjs';
import { startSubject } from '../subject.mjs';
import { findVariant, frameworks } from '../variants.mjs';

const lengths = {
  quick: { repetitions: 4, frameworks: ['express'] },
  full: { repetitions: 10, frameworks },
};
const everythingButTraces = { metrics: true, logs: true };

export async function measureStartup(tools) {
  const plan = lengths[tools.options.quick ? 'quick' : 'full'];
  const data = {};
  for (const framework of plan.frameworks) {
    data[framework] = await measureFramework(framework, tools, plan);
    tools.log(`startup, ${framework}`);
  }
  return { data, faults: [] };
}

async function measureFramework(framework, { dir, load, sink }, { repetitions }) {
  const kinds = [
    { name: 'bare', variant: findVariant('bare') },
    { name: 'hand', variant: { name: 'hand', wiring: 'hand', ...everythingButTraces } },
    { name: 'telltale', variant: { name: 'telltale', wiring: 'telltale', ...everythingButTraces } },
    { name: 'hand-traces', variant: findVariant('hand-all-10') },
    { name: 'telltale-traces', variant: findVariant('telltale-all-10') },
  ].map((kind) => ({ ...kind, listening: [], answered: [], cpu: [] }));

  await interleave(kinds, { rounds: repetitions }, async (kind) => {
    const { variant } = kind;
    const { server, port } = await startSubject({ framework, variant, dir, sink });
    const { ended } = await load.ask('run', { port, connections: 1, count: 1 });
    const { listening, origin, cpu } = await server.ask('startup');
    await server.stop();
    kind.listening.push(listening);
    kind.answered.push(ended - origin);
    kind.cpu.push(cpu);
  });
  return Object.fromEntries(
    kinds.map(({ name, listening, answered, cpu }) => [name, { listening, answered, cpu }]),
  );
}
