/** A probe that meets a cached report, against a handler that sends the same bytes. */

import { drive, interleave, measureSlice } from '../measure.mjs';
import { startSubject } from '../subject.mjs';
import { findVariant } from '../variants.mjs';

const checks = 3;
const path = '/health/ready';
const paths = [path];
const connections = 24;
const warmup = 12_000;
const lengths = {
  quick: { lives: 1, rounds: 9, slice: 6_000 },
  full: { lives: 4, rounds: 8, slice: 12_000 },
};

export async function measureProbe(tools) {
  const plan = { connections, paths, ...lengths[tools.options.quick ? 'quick' : 'full'] };
  const data = { checks, bytes: 0, same: [], telltale: [] };
  const faults = [];
  for (let life = 0; life < plan.lives; life++) {
    const measured = await measureLife(tools, plan);
    data.bytes = measured.bytes;
    data.same.push(...measured.same);
    data.telltale.push(...measured.telltale);
    faults.push(...measured.faults);
  }
  tools.log('probe');
  return { data, faults };
}

/** The CPU of both, of processes of their own. */
async function measureLife({ dir, load, sink }, plan) {
  const start = async (framework, name, extra) => {
    const subject = await startSubject({ framework, variant: findVariant(name), dir, sink, extra });
    await drive(subject, load, { connections, paths, count: warmup });
    return subject;
  };
  const measure = (subject) => measureSlice(subject, { load, sink, plan });

  const telltale = await start('node', 'telltale-all-10', { checks });
  const reply = await replyOf(telltale.port);
  const same = await start('static', 'bare', { reply });
  const subjects = [same, telltale];
  await interleave(subjects, { rounds: 2 }, measure);
  await interleave(subjects, plan, async (subject) => {
    subject.slices.push(await measure(subject));
  });
  const answers = await Promise.all(subjects.map(({ port }) => replyOf(port)));
  for (const { server } of subjects) await server.stop();

  const cpu = ({ slices }) => slices.map((slice) => slice.cpu);
  const figures = { bytes: reply.body.length, same: cpu(same), telltale: cpu(telltale) };
  return { ...figures, faults: faultsOf(answers) };
}

async function replyOf(port) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  const {
    date: _,
    connection: __,
    'keep-alive': ___,
    ...headers
  } = Object.fromEntries(response.headers);
  return { status: response.status, headers, body: await response.text() };
}

/** Both must still answer alike, in length at least: the report tells the time. */
function faultsOf([same, telltale]) {
  const alike =
    same.status === 200 &&
    telltale.status === 200 &&
    Math.abs(same.body.length - telltale.body.length) < 20 &&
    Object.keys(same.headers).join() === Object.keys(telltale.headers).join();
  return alike ? [] : [`probe: the answers differ: ${JSON.stringify([same, telltale])}`];
}
