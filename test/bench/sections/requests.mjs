/** CPU per request of every variant, framework by framework. */

import { drive, interleave, measureSlice } from '../measure.mjs';
import { median } from '../stats.mjs';
import { finishSubject, startSubject } from '../subject.mjs';

const connections = 24;
const settlingRounds = 2;
/** A request to Express costs several of the others: fewer of them take more of the time. */
const weights = {
  express: { requests: 1, minutes: 2 },
  fastify: { requests: 2, minutes: 1 },
  node: { requests: 2, minutes: 1 },
};
/** `minutes` are those of all frameworks together. */
const lengths = {
  quick: { rounds: 9, slice: 1_600, warmup: 4_000, minutes: 2 },
  full: { rounds: 30, slice: 2_400, warmup: 12_000, minutes: 9 },
};

export async function measureRequests(tools) {
  const data = {};
  const faults = [];
  for (const framework of tools.options.frameworks) {
    const measured = await measureFramework(framework, tools);
    data[framework] = measured.data;
    faults.push(...measured.faults);
  }
  return { data, faults };
}

/** How many requests a slice and a warm-up have, and how many rounds there are. */
export function planFor(framework, { quick, frameworks }) {
  const { rounds, slice, warmup, minutes } = lengths[quick ? 'quick' : 'full'];
  const weight = weights[framework];
  const allMinutes = frameworks.reduce((sum, name) => sum + weights[name].minutes, 0);
  return {
    connections,
    rounds,
    slice: slice * weight.requests,
    warmup: warmup * weight.requests,
    minutes: (minutes * weight.minutes) / allMinutes,
  };
}

async function measureFramework(framework, { options, dir, load, sink, log }) {
  const plan = planFor(framework, options);
  const deadline = Date.now() + plan.minutes * 60_000;
  const say = (text) => log(`requests, ${framework}: ${text}`);

  const subjects = [];
  for (const variant of options.variants) {
    const subject = await startSubject({ framework, variant, dir, sink });
    subjects.push(subject);
    await drive(subject, load, { connections, count: plan.warmup });
    await subject.server.ask('flush');
  }
  say(`warmed ${subjects.length} servers`);

  // Compiled code settles only after some turns: by far the first two rounds are the slowest.
  await interleave(subjects, { rounds: settlingRounds }, (subject) =>
    measureSlice(subject, { load, sink, plan }),
  );
  // Everything is compared to bare, which is therefore measured at both ends of a round.
  const turns = [...subjects, subjects[0]];
  const rounds = await interleave(turns, { ...plan, deadline, log: say }, async (subject) => {
    subject.slices.push(await measureSlice(subject, { load, sink, plan }));
  });

  const variants = {};
  const faults = [];
  for (const subject of subjects) {
    const finished = await finishSubject(subject, sink);
    const figures = figuresOf(subject.slices, rounds);
    variants[subject.variant.name] = { ...figures, ...finished.recorded };
    faults.push(...finished.faults);
  }
  return { data: { connections, slice: plan.slice, rounds, variants }, faults };
}

/** CPU µs a request by round, so that rounds can be paired; the medians of the rest. */
function figuresOf(slices, rounds) {
  const of = (key) => slices.map((slice) => slice[key]);
  const each = slices.length / rounds;
  const cpu = Array.from({ length: rounds }, (_, round) => {
    const ofRound = of('cpu').slice(round * each, (round + 1) * each);
    return ofRound.reduce((sum, micros) => sum + micros, 0) / each;
  });
  return {
    cpu: cpu.map((micros) => Math.round(micros * 100) / 100),
    throughput: Math.round(median(of('throughput'))),
    p50: median(of('p50')),
    p99: median(of('p99')),
    rss: median(of('rss')),
  };
}
