/** The benchmark: CPU per request of bare, hand-wired and telltale servers. See README.md. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild, stopChildren } from './child.mjs';
import { describeRun } from './machine.mjs';
import { parseOptions } from './options.mjs';
import { runProfile } from './profile.mjs';
import { compare } from './result/compare.mjs';
import { render } from './result/render.mjs';
import { renderComparison } from './result/render-comparison.mjs';
import { committed, save } from './save.mjs';
import { sections } from './sections.mjs';

const clientCore = 1;

const options = parseOptions(process.argv.slice(2));
const dir = await mkdtemp(join(tmpdir(), 'telltale-bench-'));
const log = (text) => console.error(text);

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stop(signal));
const limit = setTimeout(
  () => stop(`not done after ${options.minutes} minutes`),
  options.minutes * 60_000,
);
let stopped;

try {
  const load = await startChild(clientCore, './load.mjs');
  const sink = await startChild(clientCore, './sink.mjs');
  const tools = { options, dir, load, sink, log };
  if (options.profile) await runProfile(options.profile, tools);
  else await runSections(tools);
} catch (error) {
  log(stopped ? `stopped: ${stopped}` : (error.stack ?? error));
  process.exitCode = 1;
} finally {
  clearTimeout(limit);
  stopChildren();
  await rm(dir, { recursive: true, force: true });
}

function stop(reason) {
  stopped = reason;
  stopChildren();
}

async function runSections(tools) {
  const started = performance.now();
  const result = { ...describeRun(), quick: options.quick, seconds: 0, sections: {} };
  const faults = [];
  for (const name of options.sections) {
    const measured = await sections[name](tools);
    result.sections[name] = measured.data;
    faults.push(...measured.faults);
    // After each, so that a late failure does not lose what came before.
    if (options.json) await writeFile(options.json, JSON.stringify(result, null, 2));
    log(`${name}: done after ${Math.round((performance.now() - started) / 1000)} s`);
  }
  result.seconds = Math.round((performance.now() - started) / 1000);
  if (options.json) await writeFile(options.json, JSON.stringify(result, null, 2));
  console.log(render(result));
  if (faults.length > 0) throw new Error(`what was recorded is wrong:\n${faults.join('\n')}`);
  if (options.save) await save(result);
  if (options.check) await check(result);
}

async function check(result) {
  const comparison = compare(JSON.parse(await readFile(committed, 'utf8')), result);
  console.log(`\n${renderComparison(comparison)}`);
  if (comparison.some(({ regressed }) => regressed)) process.exitCode = 1;
}
