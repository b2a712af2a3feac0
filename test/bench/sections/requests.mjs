/** CPU per request of every variant, framework by framework. */

import { drive, interleave, measureSlice } from '../measure.mjs';
import { median } from '../stats.mjs';
import { finishSubject, startSubject } from '../subject.mjs';
import { findVariant } from '../variants.mjs';

const connections = 24;
const warmup = 6_000;
const settlingRounds = 2;
/** A request to Express costs several of the others: fewer of them take more of the time. */
const weights = {
  express: { requests: 1, minutes: 2 },
  fastify: { requests: 2, minutes: 1 },
  node: { requests: 2, minutes: 1 },
};
/**
 * `minutes` are those of all frameworks together. Of those with spans and of those without: how many
 * processes each variant has one after the other, and how many rounds each of these. Where one's code
 * and data come to lie it keeps, and with it some microseconds; what makes no spans adds hardly more
 * than that, and so has more of them.
 */
const lengths = {
  quick: { slice: 2_000, minutes: 1.5, traced: [1, 5], untraced: [1, 5] },
  full: { slice: 3_000, minutes: 7, traced: [3, 5], untraced: [5, 4] },
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

/** How many requests a slice and a warm-up have, and how long the slices of a framework may take. */
export function planFor(framework, { quick, frameworks }) {
  const { slice, minutes } = lengths[quick ? 'quick' : 'full'];
  const weight = weights[framework];
  const allMinutes = frameworks.reduce((sum, name) => sum + weights[name].minutes, 0);
  return {
    connections,
    slice: slice * weight.requests,
    warmup: warmup * weight.requests,
    minutes: (minutes * weight.minutes) / allMinutes,
  };
}

/** The variants that are compared with each other, and bare with all of them. */
function groupsOf(variants) {
  const groups = new Map();
  for (const variant of variants.filter(({ name }) => name !== 'bare')) {
    const { signal } = variant;
    groups.set(signal, [...(groups.get(signal) ?? []), variant]);
  }
  return [...groups.values()];
}

/** How many lives a group has, and how many rounds each of them. */
function livesOf(group, { quick }) {
  const { untraced, traced } = lengths[quick ? 'quick' : 'full'];
  return group.every(({ ratio }) => ratio === undefined) ? untraced : traced;
}

/**
 * Group by group: of twenty servers that take turns on a core each finds it as the others left it,
 * which costs the one with the most code the most, and is not how anybody runs a server.
 */
async function measureFramework(framework, tools) {
  const { options, log } = tools;
  const plan = planFor(framework, options);
  const groups = groupsOf(options.variants);
  const turns = groups.reduce((sum, group) => sum + group.length + 2, 0);
  const bare = [];
  const variants = {};
  const faults = [];
  for (const group of groups) {
    const [lives, rounds] = livesOf(group, options);
    const minutes = (plan.minutes * (group.length + 2)) / turns / lives;
    const measured = [];
    for (let life = 0; life < lives; life++) {
      measured.push(await measureGroup(framework, group, { ...plan, rounds, minutes }, tools));
    }
    bare.push(...measured.map((one) => one.bare));
    for (const { name } of group) {
      variants[name] = together(measured.map((one) => one.variants[name]));
    }
    faults.push(...measured.flatMap((one) => one.faults));
    log(`requests, ${framework}: ${group.map(({ name }) => name).join(', ')}`);
  }
  const ordered = { bare: together(bare) };
  for (const { name } of options.variants) if (name in variants) ordered[name] = variants[name];
  return { data: { connections, slice: plan.slice, variants: ordered }, faults };
}

/** One life of a group: its variants with the CPU of bare in the same rounds, and bare itself. */
async function measureGroup(framework, group, plan, { dir, load, sink, log }) {
  const subjects = [];
  for (const variant of [findVariant('bare'), ...group]) {
    const subject = await startSubject({ framework, variant, dir, sink });
    subjects.push(subject);
    await drive(subject, load, { connections, count: plan.warmup });
    await subject.server.ask('flush');
  }
  log(`requests, ${framework}: warmed ${subjects.length} servers`);

  // Compiled code settles only after some turns: by far the first two rounds are the slowest.
  await interleave(subjects, { rounds: settlingRounds }, (subject) =>
    measureSlice(subject, { load, sink, plan }),
  );
  const deadline = Date.now() + plan.minutes * 60_000;
  // Everything is compared to bare, which is therefore measured at both ends of a round.
  const turns = [...subjects, subjects[0]];
  const rounds = await interleave(turns, { ...plan, deadline, log }, async (subject) => {
    subject.slices.push(await measureSlice(subject, { load, sink, plan }));
  });

  const variants = {};
  const faults = [];
  const bare = figuresOf(subjects[0].slices, rounds);
  for (const subject of subjects) {
    const finished = await finishSubject(subject, sink);
    const figures = figuresOf(subject.slices, rounds);
    variants[subject.variant.name] = { ...figures, ...finished.recorded, bare: bare.cpu };
    faults.push(...finished.faults);
  }
  delete variants.bare;
  return { bare, variants, faults };
}

const medians = ['throughput', 'p50', 'p99', 'rss'];

/** Several lives as one: rounds one after the other, counts added up, and of the rest the median. */
function together(lives) {
  const entries = Object.keys(lives[0]).map((key) => {
    const values = lives.map((life) => life[key]);
    if (Array.isArray(values[0])) return [key, values.flat()];
    if (medians.includes(key)) return [key, median(values)];
    return [key, values.reduce((sum, value) => sum + value, 0)];
  });
  return Object.fromEntries(entries);
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
