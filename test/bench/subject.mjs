/** A subject: one variant's server under test, with the log file and sink port it writes to. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from './child.mjs';
import { countRecorded, faultsOf } from './verify.mjs';

const serverCore = 0;

/** Starts a server. `extra` are options of the app and the wiring beyond those of the variant. */
export async function startSubject({ framework, variant, dir, sink, extra = {}, name }) {
  const title = name ?? `${framework}-${variant.name}`;
  const logFile = join(dir, `${title}.log`);
  const sinkPort = variant.ratio && (await sink.ask('open'));
  const options = {
    metrics: variant.metrics,
    logs: variant.logs && logFile,
    traces: variant.ratio && { endpoint: `http://127.0.0.1:${sinkPort}`, ratio: variant.ratio },
    ...extra,
  };
  const args = [framework, variant.wiring, JSON.stringify(options)];
  const server = await startChild(serverCore, './server.mjs', args);
  const port = await server.ask('port');
  return { name: title, variant, server, port, logFile, sinkPort, requests: 0, slices: [] };
}

/** Counts what a subject recorded and ends it; resolves to the counts and what is wrong with them. */
export async function finishSubject(subject, sink) {
  const { name, variant, requests, server, logFile } = subject;
  const recorded = { requests, ...(await countRecorded(subject, sink)) };
  await server.stop();
  await rm(logFile, { force: true });
  return { recorded, faults: faultsOf(name, variant, recorded) };
}
