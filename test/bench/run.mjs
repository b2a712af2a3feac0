/** The benchmark: CPU per request of bare, hand-wired and telltale servers. See README.md. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild, stopChildren } from './child.mjs';
import { runFramework } from './framework.mjs';
import { parseOptions } from './options.mjs';
import { runProfile } from './profile.mjs';
import { describeMachine, renderHeader, renderTable } from './report.mjs';

const clientCore = 1;

const options = parseOptions(process.argv.slice(2));
const dir = await mkdtemp(join(tmpdir(), 'telltale-bench-'));

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stopChildren);

try {
  const load = await startChild(clientCore, './load.mjs');
  const sink = await startChild(clientCore, './sink.mjs');
  const tools = { options, dir, load, sink, log: (text) => console.error(text) };
  if (options.profile) await runProfile(options.profile, tools);
  else await runAll(tools);
} finally {
  stopChildren();
  await rm(dir, { recursive: true });
}

async function runAll(tools) {
  const machine = describeMachine();
  const results = [];
  console.log(`${renderHeader(machine)}\n`);
  for (const framework of options.frameworks) {
    const result = await runFramework(framework, tools);
    results.push(result);
    console.log(`${renderTable(result)}\n`);
  }
  if (options.json) {
    await writeFile(options.json, JSON.stringify({ ...machine, results }, null, 2));
  }
  const faults = results.flatMap(({ framework, faults }) => faults.map((f) => `${framework} ${f}`));
  if (faults.length > 0) throw new Error(`recorded counts are wrong:\n${faults.join('\n')}`);
}
