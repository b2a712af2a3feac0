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
export function faultsOf(name, variant, { requests, metrics, logs, traces }) {
  const faults = [];
  const expect = (holds, what) => {
    if (!holds) faults.push(`${name}: ${what}, of ${requests} requests`);
  };
  if (variant.metrics) {
    const families = Object.entries(metrics ?? {});
    expect(families.length > 0, 'no request-duration metric');
    for (const [family, count] of families) expect(count === requests, `${family} is ${count}`);
  }
  if (variant.logs) expect(logs === requests, `${logs} log lines`);
  if (variant.ratio) {
    const spans = traces?.requests ?? 0;
    const near = Math.abs(spans - requests * variant.ratio) <= tolerance(requests, variant.ratio);
    expect(near, `${spans} server spans at ratio ${variant.ratio}`);
  }
  return faults;
}

/** Five standard deviations of a binomial count: none at ratio 1. */
const tolerance = (requests, ratio) => 5 * Math.sqrt(requests * ratio * (1 - ratio));
