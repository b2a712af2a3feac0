/** Fairness: what each server recorded must be what it was asked to record. */

import { countRequestLines } from './logs.mjs';
import { countMetrics } from './metrics.mjs';

/** Counts what arrived from a server after its last request, stopping its signals for that. */
export async function countRecorded(subject, sink) {
  const { variant, server, port, logFile, sinkPort } = subject;
  const recorded = {};
  if (variant.metrics) recorded.metrics = await countMetrics(port);
  await server.ask('stop');
  if (variant.logs) recorded.logs = await countRequestLines(logFile);
  if (variant.ratio) recorded.traces = await sink.ask('count', sinkPort);
  return recorded;
}

/** What is wrong with the counts of a server that answered `requests`, as sentences. */
export function faultsOf(variant, requests, { metrics, logs, traces }) {
  const faults = [];
  const expect = (holds, what) => {
    if (!holds) faults.push(`${variant.name}: ${what}, of ${requests} requests`);
  };
  if (metrics) expect(Object.keys(metrics).length > 0, 'no request-duration metric');
  for (const [family, count] of Object.entries(metrics ?? {})) {
    expect(count === requests, `${family} is ${count}`);
  }
  if (logs !== undefined) expect(logs === requests, `${logs} log lines`);
  if (traces) {
    const slack = tolerance(requests, variant.ratio);
    const missing = Math.abs(traces.requests - requests * variant.ratio) > slack;
    expect(!missing, `${traces.requests} server spans at ratio ${variant.ratio}`);
  }
  return faults;
}

/** Five standard deviations of a binomial count: none at ratio 1. */
const tolerance = (requests, ratio) => 5 * Math.sqrt(requests * ratio * (1 - ratio));
