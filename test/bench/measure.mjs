/** Warm-up and interleaved slices over the servers of one framework. */

/** Sends `count` requests to a subject and keeps the total that its signals must have seen. */
export function drive(subject, load, { connections, count }) {
  subject.requests += count;
  return load.ask('run', { port: subject.port, connections, count });
}

/** One slice: a short lead-in to refill the caches, then `plan.slice` measured requests. */
export async function measureSlice(subject, { load, sink, plan }) {
  const { connections, slice } = plan;
  await drive(subject, load, { connections, count: Math.ceil(slice / 10) });
  await subject.server.ask('begin');
  const { seconds, p50, p99 } = await drive(subject, load, { connections, count: slice });
  const { cpu, rss } = await subject.server.ask('end');
  if (subject.sinkPort) await sink.ask('count', subject.sinkPort);
  return { cpu: cpu / slice, throughput: slice / seconds, p50, p99, rss: rss / 2 ** 20 };
}

/** Rounds over all subjects, each in the reverse order of the one before; none after `deadline`. */
export async function measureRounds(subjects, tools) {
  const { plan, deadline, log } = tools;
  for (let round = 0; round < plan.rounds; round++) {
    if (round > 0 && Date.now() > deadline) break;
    for (const subject of round % 2 ? subjects.toReversed() : subjects) {
      subject.slices.push(await measureSlice(subject, tools));
    }
    log(`round ${round + 1} of ${plan.rounds}`);
  }
}
