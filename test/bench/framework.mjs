/** One framework's part of a run: start its servers, measure, count what they recorded. */

import { rm } from 'node:fs/promises';
import { drive, measureRounds } from './measure.mjs';
import { planFor } from './plan.mjs';
import { summarize } from './report.mjs';
import { startSubject } from './subject.mjs';
import { countRecorded, faultsOf } from './verify.mjs';

/** Resolves to the framework's rows, raw slices, recorded counts and faults. */
export async function runFramework(framework, { options, dir, load, sink, log }) {
  const plan = planFor(framework, options);
  const deadline = Date.now() + plan.minutes * 60_000;
  const say = (text) => log(`${framework}: ${text}`);

  const subjects = [];
  for (const variant of options.variants) {
    const subject = await startSubject({ framework, variant, dir, sink });
    subjects.push(subject);
    await drive(subject, load, { connections: plan.connections, count: plan.warmup });
    await subject.server.ask('flush');
    say(`warmed ${variant.name}`);
  }

  await measureRounds(subjects, { load, sink, plan, deadline, log: say });

  const recorded = {};
  const faults = [];
  for (const subject of subjects) {
    const { variant, requests, server, logFile } = subject;
    recorded[variant.name] = { requests, ...(await countRecorded(subject, sink)) };
    faults.push(...faultsOf(variant, requests, recorded[variant.name]));
    await server.stop();
    await rm(logFile, { force: true });
  }

  const slices = Object.fromEntries(subjects.map(({ variant, slices }) => [variant.name, slices]));
  const rounds = subjects[0].slices.length;
  return { framework, plan, rounds, rows: summarize(subjects), slices, recorded, faults };
}
