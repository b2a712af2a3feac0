/** One server under test: `node server.mjs <framework> <wiring> <options as JSON>`. */

import { writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { answer } from './rpc.mjs';

const [framework, wiring, json] = process.argv.slice(2);
const options = JSON.parse(json);
const byFramework = ['hand', 'tuned'].includes(wiring);
const { wire } = await import(`./wiring/${byFramework ? `${wiring}-${framework}` : wiring}.mjs`);
const { start } = await import(`./apps/${framework}.mjs`);

const tap = await wire({ framework, ...options });
const server = await start(tap, options);
server.keepAliveTimeout = 600_000;
const listening = performance.now();

let before;
let watch;
let inspector;

answer({
  port: () => server.address().port,
  flush: () => tap.flush(),
  fill: (series) => tap.fill(series),
  stop: () => tap.stop(),
  begin() {
    before = process.cpuUsage();
  },
  // The batch that is still queued belongs to this slice, hence the flush before the reading.
  async end() {
    await tap.flush();
    return { cpu: micros(process.cpuUsage(before)), rss: process.memoryUsage.rss() };
  },
  /** Milliseconds from the process' start; CPU once what was put off has been loaded as well. */
  async startup() {
    await wait(400);
    return { listening, origin: performance.timeOrigin, cpu: micros(process.cpuUsage()) / 1000 };
  },
  memory() {
    collectGarbage();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { rss, heap: heapUsed + external };
  },
  /** Milliseconds to render the exposition, its size in bytes, and its samples. */
  async render() {
    const started = performance.now();
    const text = await tap.render();
    const ms = performance.now() - started;
    return { ms, bytes: text.length, lines: text.match(/^\w/gm).length };
  },
  beginPauses() {
    watch = watchPauses();
  },
  endPauses: () => watch.stop(),
  async beginProfile() {
    const { Session } = await import('node:inspector/promises');
    inspector = new Session();
    inspector.connect();
    await inspector.post('Profiler.enable');
    await inspector.post('Profiler.start');
  },
  async endProfile(path) {
    const { profile } = await inspector.post('Profiler.stop');
    await writeFile(path, JSON.stringify(profile));
  },
});

function micros({ user, system }) {
  return user + system;
}

function collectGarbage() {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  // The second takes what finalizers of the first have let go.
  gc();
  gc();
}

/** Turns the event loop without rest; `stop` gives the longest turn in milliseconds. */
function watchPauses() {
  let last = performance.now();
  let longest = 0;
  let watching = true;
  setImmediate(function turn() {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (watching) setImmediate(turn);
  });
  return {
    stop() {
      watching = false;
      return longest;
    },
  };
}
