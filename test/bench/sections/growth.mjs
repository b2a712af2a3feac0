/** What telltale adds to a request as routes, series, checks and connections become more. */

import { drive, interleave, measureSlice } from '../measure.mjs';
import { finishSubject, startSubject } from '../subject.mjs';
import { findVariant } from '../variants.mjs';
import { linesToFill } from '../wiring/series.mjs';

const lengths = {
  quick: { rounds: 4, slice: 2_000, routers: ['fastify'] },
  full: { rounds: 16, slice: 4_000, routers: ['fastify', 'express'] },
};
const connections = 24;
const warmup = 12_000;

const curves = {
  routes: [10, 100, 1_000],
  series: [100, 1_000, 10_000, 50_000],
  checks: [0, 10, 50],
  connections: [1, 8, 64, 256],
};

/** One path of a thousand asks for health, which is often: a few times a second. */
const withProbes = Array.from({ length: 1_000 }, (_, i) =>
  i === 500 ? '/health/ready' : `/users/${i + 100}`,
);

const onRoutes = (routes) =>
  Array.from({ length: 1_000 }, (_, i) => `/r${i % routes}/users/${i + 100}`);

export async function measureGrowth(tools) {
  const { options, dir, load, sink, log } = tools;
  const plan = { connections, ...lengths[options.quick ? 'quick' : 'full'] };
  const data = {};
  const faults = [];

  for (const router of plan.routers) {
    await measureCurve(`routes, ${router}`, curves.routes, (routes) => ({
      bare: [router, 'bare', { routes }, { paths: onRoutes(routes) }],
      telltale: [router, 'telltale-all-10', { routes }, { paths: onRoutes(routes) }],
    }));
  }
  await measureCurve('series', curves.series, () => ({
    bare: ['node', 'bare'],
    telltale: ['node', 'telltale-all-10'],
  }));
  await measureCurve('checks', curves.checks, (checks) => ({
    bare: ['node', 'bare', {}, { paths: withProbes }],
    telltale: ['node', 'telltale-all-10', { checks }, { paths: withProbes }],
  }));
  await measureCurve('connections', curves.connections, (connections) => ({
    bare: ['node', 'bare', {}, { connections }],
    telltale: ['node', 'telltale-all-10', {}, { connections }],
  }));
  return { data, faults };

  /** All points of a curve, interleaved, each beside a bare server of the same size. */
  async function measureCurve(name, sizes, subjectsOf) {
    const points = [];
    for (const size of sizes) {
      for (const [kind, [framework, variant, extra, load]] of Object.entries(subjectsOf(size))) {
        const title = `${name} ${size}, ${kind}`.replaceAll(/\W+/g, '-');
        const subject = await startSubject({
          framework,
          variant: findVariant(variant),
          dir,
          sink,
          extra,
          name: title,
        });
        if (name === 'series' && kind === 'telltale') {
          await subject.server.ask('fill', linesToFill(size));
        }
        points.push(Object.assign(subject, { kind, size, load }));
      }
    }
    for (const point of points)
      await drive(point, load, { connections, ...point.load, count: warmup });
    await interleave(points, { rounds: 1 }, (point) => measureSlice(point, { load, sink, plan }));
    await interleave(points, plan, async (point) => {
      point.slices.push(await measureSlice(point, { load, sink, plan }));
    });
    const curve = sizes.map((size) => ({ size, bare: [], telltale: [] }));
    for (const point of points) {
      const { kind, size, slices } = point;
      curve.find((one) => one.size === size)[kind] = slices.map(({ cpu }) => round(cpu));
      faults.push(...(await finishSubject(point, sink)).faults);
    }
    data[name] = curve;
    log(`growth, ${name}`);
  }
}

const round = (micros) => Math.round(micros * 100) / 100;
