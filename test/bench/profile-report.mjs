/** A .cpuprofile as tables of self time: `node profile-report.mjs <file> [requests]`. */

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

const mostFunctions = 30;
const mostGroups = 20;

/** Resolves to Markdown: self time by group of files and by function, per request if told how many. */
export async function renderProfile(path, requests) {
  const { byGroup, byFunction, total } = sumProfile(JSON.parse(await readFile(path, 'utf8')));
  const unit = requests ? 'µs/request' : 'ms';
  const scale = requests ? (micros) => micros / requests : (micros) => micros / 1000;
  const rows = (entries, most) =>
    [...entries]
      .sort(([, a], [, b]) => b - a)
      .slice(0, most)
      .map(([name, micros]) => `| ${name} | ${figures(micros)} |`)
      .join('\n');
  const figures = (micros) =>
    `${scale(micros).toFixed(2)} | ${((100 * micros) / total).toFixed(1)} %`;
  const head = (what) => `| ${what} | self, ${unit} | share |\n| --- | ---: | ---: |`;
  return [
    `${head('where')}\n${rows(byGroup, mostGroups)}\n| all but idle | ${figures(total)} |`,
    `${head('function')}\n${rows(byFunction, mostFunctions)}`,
  ].join('\n\n');
}

/** Self time in µs by group and by function, and of everything but idling. */
export function sumProfile({ nodes, samples, timeDeltas }) {
  const byId = new Map(
    nodes.map(({ id, callFrame }) => [
      id,
      {
        isIdle: callFrame.functionName === '(idle)',
        group: groupOf(callFrame),
        name: nameOf(callFrame),
      },
    ]),
  );
  const byGroup = new Map();
  const byFunction = new Map();
  let total = 0;
  samples.forEach((id, i) => {
    const { isIdle, group, name } = byId.get(id);
    if (isIdle) return;
    const micros = timeDeltas[i];
    total += micros;
    add(byGroup, group, micros);
    add(byFunction, name, micros);
  });
  return { byGroup, byFunction, total };
}

const add = (sums, key, micros) => sums.set(key, (sums.get(key) ?? 0) + micros);

/** Package, folder of telltale's, or part of Node that a frame belongs to. */
function groupOf(frame) {
  const { url, functionName } = frame;
  if (url === '') return functionName === '(garbage collector)' ? 'garbage collector' : 'native';
  if (url.startsWith('node:')) return 'node';
  const [, inPackage] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (inPackage) return inPackage;
  const module = moduleOf(frame);
  if (module === undefined) return 'the benchmark itself';
  return `telltale ${module.slice(0, module.lastIndexOf('/') + 1) || 'top'}`;
}

function nameOf(frame) {
  const { functionName, url, lineNumber } = frame;
  const name = functionName || '(anonymous)';
  if (url === '') return name;
  const short = url.replace(/^.*\/(?:node_modules|bench)\//, '');
  return `${name} ${moduleOf(frame) ?? `${short}:${lineNumber + 1}`}`;
}

const built = new Map();

/** The module of telltale's that a line is of. A file of the build has many, each below its name. */
function moduleOf({ url, lineNumber }) {
  if (!url.includes('/dist/cjs/')) return undefined;
  const lines = built.get(url) ?? readFileSync(fileURLToPath(url), 'utf8').split('\n');
  built.set(url, lines);
  const name = /^\/\/ dist\/esm\/(.*)/;
  const heading = lines.slice(0, lineNumber).findLast((line) => name.test(line));
  return heading && name.exec(heading)[1];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [path, requests] = process.argv.slice(2);
  console.log(await renderProfile(path, Number(requests ?? 0)));
}
