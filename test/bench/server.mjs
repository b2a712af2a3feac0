/** One server under test: `node server.mjs <framework> <wiring> <options as JSON>`. */

import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { answer } from './rpc.mjs';

const [framework, wiring, options] = process.argv.slice(2);
const { wire } = await import(
  wiring === 'hand' ? `./wiring/hand-${framework}.mjs` : `./wiring/${wiring}.mjs`
);
const { start } = await import(`./apps/${framework}.mjs`);

const tap = await wire(JSON.parse(options));
const server = await start(tap);
server.keepAliveTimeout = 600_000;

const inspector = new Session();
let before;

answer({
  port: () => server.address().port,
  flush: () => tap.flush(),
  begin() {
    before = process.cpuUsage();
  },
  // The batch that is still queued belongs to this slice, hence the flush before the reading.
  async end() {
    await tap.flush();
    const { user, system } = process.cpuUsage(before);
    return { cpu: user + system, rss: process.memoryUsage.rss() };
  },
  async beginProfile() {
    inspector.connect();
    await inspector.post('Profiler.enable');
    await inspector.post('Profiler.start');
  },
  async endProfile(path) {
    const { profile } = await inspector.post('Profiler.stop');
    await writeFile(path, JSON.stringify(profile));
  },
  stop: () => tap.stop(),
});
