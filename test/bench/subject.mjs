/** A subject: one variant's server under test, with the log file and sink port it writes to. */

import { join } from 'node:path';
import { startChild } from './child.mjs';

const serverCore = 0;

export async function startSubject({ framework, variant, dir, sink }) {
  const logFile = join(dir, `${framework}-${variant.name}.log`);
  const sinkPort = variant.ratio && (await sink.ask('open'));
  const options = {
    metrics: variant.metrics,
    logs: variant.logs && logFile,
    traces: variant.ratio && { endpoint: `http://127.0.0.1:${sinkPort}`, ratio: variant.ratio },
  };
  const args = [framework, variant.wiring, JSON.stringify(options)];
  const server = await startChild(serverCore, './server.mjs', args);
  const port = await server.ask('port');
  return { variant, server, port, logFile, sinkPort, requests: 0, slices: [] };
}
