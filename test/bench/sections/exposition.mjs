/** What a scrape costs, and what the requests beside it feel, with many series. */

import { interleave } from '../measure.mjs';
import { startSubject } from '../subject.mjs';
import { findVariant } from '../variants.mjs';
import { linesToFill } from '../wiring/series.mjs';

const sizes = [1_000, 10_000, 50_000];
const kinds = { telltale: 'telltale-metrics', 'prom-client': 'hand-metrics' };
const lengths = {
  quick: { renders: 9, scrapes: 9, rounds: 1, seconds: 2, besides: [10_000] },
  full: { renders: 25, scrapes: 25, rounds: 4, seconds: 3, besides: sizes },
};
const every = 1_000;
/** Requests a second, well below what the server can do: a pause shows, and no queue hides it. */
const rate = 2_000;
const connections = 24;

export async function measureExposition(tools) {
  const plan = lengths[tools.options.quick ? 'quick' : 'full'];
  const data = [];
  for (const size of sizes) {
    data.push({ size, ...(await measureSize(size, tools, plan)) });
    tools.log(`exposition, ${size} series`);
  }
  return { data, faults: data.flatMap(faultsOf) };
}

async function measureSize(size, { dir, load, sink }, plan) {
  const subjects = [];
  for (const [kind, name] of Object.entries(kinds)) {
    const subject = await startSubject({
      framework: 'node',
      variant: findVariant(name),
      dir,
      sink,
    });
    await subject.server.ask('fill', linesToFill(size));
    await load.ask('run', { port: subject.port, connections, count: 4_000 });
    subjects.push({ ...subject, kind, renders: [], scrapes: [], pauses: [], idle: [], p99: [] });
  }

  await interleave(subjects, { rounds: 3 }, ({ server }) => server.ask('render'));
  await interleave(subjects, { rounds: plan.renders }, async ({ server, renders }) => {
    renders.push((await server.ask('render')).ms);
  });
  await interleave(subjects, { rounds: plan.scrapes }, async (subject) => {
    const idle = await longestPause(subject, () => load.ask('run', idleOf(subject)));
    const scrape = () => load.ask('scrape', { port: subject.port });
    const pause = await longestPause(subject, async () => {
      subject.scrapes.push((await scrape()).ms);
    });
    subject.idle.push(idle);
    subject.pauses.push(pause);
  });
  const rounds = plan.besides.includes(size) ? plan.rounds : 0;
  await interleave(subjects, { rounds }, async (subject, round) => {
    subject.p99.push(await latencies(subject, load, plan, round));
  });

  const measured = {};
  for (const { kind, server, port, renders, scrapes, pauses, idle, p99 } of subjects) {
    const { lines, bytes } = await server.ask('render');
    const forms = kind === 'telltale' ? await formsOf(server, port, load) : undefined;
    await server.stop();
    measured[kind] = { lines, bytes, renders, scrapes, pauses, idle, p99, forms };
  }
  return measured;
}

/** As little as a scrape's own connection does, for the pauses that a process has anyway. */
const idleOf = ({ port }) => ({ port, connections: 1, count: 1 });

async function longestPause({ server }, action) {
  await server.ask('beginPauses');
  await action();
  return server.ask('endPauses');
}

/**
 * p99 in ms with scrapes each second and without: of an open loop at a moderate rate, and of a
 * closed loop that saturates the server.
 */
async function latencies({ port }, load, { seconds }, round) {
  const loads = {
    paced: () => load.ask('pace', { port, connections, rate, count: rate * seconds }),
    saturated: () => load.ask('run', { port, connections, count: 12_000 * seconds }),
  };
  const result = {};
  for (const [name, drive] of Object.entries(loads)) {
    const without = async () => (await drive()).p99;
    const during = async () => {
      await load.ask('beginScrapes', { port, every });
      const { p99 } = await drive();
      await load.ask('endScrapes');
      return p99;
    };
    // Whichever comes second has the warmer process.
    const first = round % 2 ? await during() : await without();
    const second = round % 2 ? await without() : await during();
    result[name] =
      round % 2 ? { during: first, without: second } : { without: first, during: second };
  }
  return result;
}

/** CPU ms and bytes of a scrape in each form, once. */
async function formsOf(server, port, load) {
  const forms = {
    text: {},
    openMetrics: { accept: 'application/openmetrics-text; version=1.0.0' },
    gzip: { 'accept-encoding': 'gzip' },
  };
  const measured = {};
  for (const [name, headers] of Object.entries(forms)) {
    await server.ask('begin');
    const { bytes, head } = await load.ask('scrape', { port, headers });
    const { cpu } = await server.ask('end');
    const type = /content-type: (\S+?);/i.exec(head)?.[1];
    const encoding = /content-encoding: (\S+)/i.exec(head)?.[1];
    measured[name] = { cpu: cpu / 1000, bytes, type, encoding };
  }
  return measured;
}

/** Each form must be what was asked for, and hold all series. */
function faultsOf({ size, ...measured }) {
  const { text, openMetrics, gzip } = measured.telltale.forms;
  const right =
    text.type === 'text/plain' &&
    openMetrics.type === 'application/openmetrics-text' &&
    gzip.encoding === 'gzip';
  const faults = right ? [] : [`exposition, ${size}: the forms are not those asked for`];
  for (const [kind, { lines }] of Object.entries(measured)) {
    if (lines < size) faults.push(`exposition, ${size}: ${kind} shows ${lines} lines`);
  }
  return faults;
}
