/** Bytes a series, what a process holds with everything on, and whether it grows. */

import { drive, interleave } from '../measure.mjs';
import { finishSubject, startSubject } from '../subject.mjs';
import { findVariant, frameworks } from '../variants.mjs';

const connections = 24;
const megabyte = 2 ** 20;
const lengths = {
  quick: { repetitions: 3, count: 4_000, frameworks: ['express'], soaks: ['node'] },
  full: { repetitions: 5, count: 10_000, frameworks, soaks: frameworks },
};
const soak = { steps: 10, requests: 20_000 };
const labelSets = { counters: 10_000, histograms: 1_000 };

export async function measureMemory(tools) {
  const plan = lengths[tools.options.quick ? 'quick' : 'full'];
  const series = await measureSeries(tools, plan);
  const processes = {};
  const soaks = {};
  const faults = [];
  for (const framework of plan.frameworks) {
    processes[framework] = await measureProcesses(framework, tools, plan, faults);
    tools.log(`memory, ${framework}: processes`);
  }
  for (const framework of plan.soaks) {
    soaks[framework] = await runSoak(framework, tools, faults);
    tools.log(`memory, ${framework}: soak`);
  }
  return { data: { labelSets, series, processes, soaks }, faults };
}

/** Bytes of the heap for a label set of a counter and of a histogram. */
async function measureSeries({ dir, sink }, { repetitions }) {
  const kinds = { telltale: 'telltale-metrics', 'prom-client': 'hand-metrics' };
  const bytes = {};
  for (const [kind, name] of Object.entries(kinds)) {
    bytes[kind] = { counters: [], histograms: [] };
    for (let i = 0; i < repetitions; i++) {
      const { server } = await startSubject({
        framework: 'node',
        variant: findVariant(name),
        dir,
        sink,
      });
      for (const [metric, count] of Object.entries(labelSets)) {
        // What is loaded a while after the start is none of a series.
        await server.ask('startup');
        const before = await server.ask('memory');
        await server.ask('fill', { [metric]: count });
        const after = await server.ask('memory');
        bytes[kind][metric].push(Math.round((after.heap - before.heap) / count));
      }
      await server.stop();
    }
  }
  return bytes;
}

/** MB that fresh processes hold after the same requests, once the garbage has been collected. */
async function measureProcesses(framework, { dir, load, sink }, { repetitions, count }, faults) {
  const kinds = { bare: 'bare', hand: 'hand-all-10', telltale: 'telltale-all-10' };
  const held = Object.keys(kinds).map((kind) => ({ kind, rss: [], heap: [] }));
  await interleave(held, { rounds: repetitions }, async ({ kind, rss, heap }) => {
    const variant = findVariant(kinds[kind]);
    const subject = await startSubject({ framework, variant, dir, sink });
    await drive(subject, load, { connections, count });
    await subject.server.ask('flush');
    const memory = await subject.server.ask('memory');
    rss.push(memory.rss / megabyte);
    heap.push(memory.heap / megabyte);
    faults.push(...(await finishSubject(subject, sink)).faults);
  });
  return Object.fromEntries(held.map(({ kind, rss, heap }) => [kind, { rss, heap }]));
}

/** MB held at steps of a long run. */
async function runSoak(framework, { dir, load, sink }, faults) {
  const variant = findVariant('telltale-all-10');
  const subject = await startSubject({ framework, variant, dir, sink });
  const steps = [];
  for (let step = 0; step < soak.steps; step++) {
    await drive(subject, load, { connections, count: soak.requests });
    await subject.server.ask('flush');
    await sink.ask('count', subject.sinkPort);
    const { rss, heap } = await subject.server.ask('memory');
    steps.push({ requests: subject.requests, rss: rss / megabyte, heap: heap / megabyte });
  }
  faults.push(...(await finishSubject(subject, sink)).faults);
  return steps;
}
