/** Warm-up and interleaved slices over servers that are all alive. */

/** Sends `count` requests to a subject and keeps the total that its signals must have seen. */
export function drive(subject, load, { connections, count, paths }) {
  subject.requests += count - probesAmong(count, paths);
  return load.ask('run', { port: subject.port, connections, count, paths });
}

/** Probes are no traffic: no signal tells of them. */
function probesAmong(count, paths = []) {
  const isProbe = paths.map((path) => path.startsWith('/health/'));
  const rest = isProbe.slice(0, count % paths.length);
  const sum = (flags) => flags.filter(Boolean).length;
  return paths.length && sum(isProbe) * Math.floor(count / paths.length) + sum(rest);
}

/** One slice: a short lead-in to refill the caches, then `plan.slice` measured requests. */
export async function measureSlice(subject, { load, sink, plan }) {
  const { connections, slice, paths } = { ...plan, ...subject.load };
  await drive(subject, load, { connections, paths, count: Math.ceil(slice / 10) });
  await subject.server.ask('begin');
  const { seconds, p50, p99 } = await drive(subject, load, { connections, paths, count: slice });
  const { cpu, rss } = await subject.server.ask('end');
  if (subject.sinkPort)
    checkExport(subject, connections, await sink.ask('count', subject.sinkPort));
  return { cpu: cpu / slice, throughput: slice / seconds, p50, p99, rss: rss / 2 ** 20 };
}

/**
 * Spans that are exported after their slice would be work that nobody measures. The last request
 * of each connection may have been answered and not have ended yet.
 */
function checkExport({ name, variant, requests: sent }, connections, { requests }) {
  if (variant.ratio === 1 && requests < sent - connections) {
    throw new Error(`${name}: ${requests} spans of ${sent} requests were there after the slice`);
  }
}

/**
 * Runs `measure` on every subject, `rounds` times over, each round in the reverse order of the one
 * before, so that whatever drifts is felt by all. No round begins after `deadline`; resolves to
 * the number of rounds.
 */
export async function interleave(subjects, { rounds, deadline = Infinity, log }, measure) {
  let round = 0;
  for (; round < rounds; round++) {
    if (round > 0 && Date.now() > deadline) break;
    for (const subject of round % 2 ? subjects.toReversed() : subjects) {
      await measure(subject, round);
    }
    log?.(`round ${round + 1} of ${rounds}`);
  }
  return round;
}
