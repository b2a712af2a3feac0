/** A probe that meets a cached report, against a handler that sends the same bytes. */

import { interleave, measureSlice } from '../measure.mjs';
import { startSubject } from '../subject.mjs';
import { findVariant } from '../variants.mjs';

const checks = 3;
const path = '/health/ready';
const lengths = { quick: { rounds: 9, slice: 6_000 }, full: { rounds: 30, slice: 12_000 } };

export async function measureProbe({ options, dir, load, sink, log }) {
  const lengthsOfRun = lengths[options.quick ? 'quick' : 'full'];
  const plan = { connections: 24, paths: [path], ...lengthsOfRun };
  const start = (framework, name, extra) =>
    startSubject({ framework, variant: findVariant(name), dir, sink, extra });

  const telltale = await start('node', 'telltale-all-10', { checks });
  const reply = await replyOf(telltale.port);
  const same = await start('static', 'bare', { reply });
  const subjects = [same, telltale];
  await interleave(subjects, { rounds: 3 }, (subject) => measureSlice(subject, tools()));
  await interleave(subjects, plan, async (subject) => {
    subject.slices.push(await measureSlice(subject, tools()));
  });
  const answers = await Promise.all(subjects.map(({ port }) => replyOf(port)));
  for (const { server } of subjects) await server.stop();
  log('probe');

  const cpu = ({ slices }) => slices.map((slice) => slice.cpu);
  const data = { checks, bytes: reply.body.length, same: cpu(same), telltale: cpu(telltale) };
  return { data, faults: faultsOf(answers) };

  function tools() {
    return { load, sink, plan };
  }
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
