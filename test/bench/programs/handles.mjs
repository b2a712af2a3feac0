/** ns per operation on metric handles: `node handles.mjs <telltale or prom-client>`. */

import { answer } from '../rpc.mjs';

const iterations = 200_000;
// So many values and label sets that no call sees a constant.
const seconds = Float64Array.from({ length: 1024 }, (_, i) => ((i * 37) % 1024) / 90);
const routes = Array.from({ length: 16 }, (_, i) => `/things/${i}/:id`);

const libraries = {
  async telltale() {
    const { createMonitoring } = await import('telltale');
    return createMonitoring({ serviceName: 'bench' }).metrics;
  },
  async 'prom-client'() {
    const { Counter, Histogram, Registry } = await import('prom-client');
    const registry = new Registry();
    return {
      registry,
      counter: (config) => new Counter({ ...config, registers: [registry] }),
      histogram: (config) => new Histogram({ ...config, registers: [registry] }),
    };
  },
};

const metrics = await libraries[process.argv[2]]();
const labelNames = ['method', 'route', 'status'];
const buckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const counter = (name) => metrics.counter({ name, help: 'Counted.', labelNames });
const histogram = (name) => metrics.histogram({ name, help: 'Seen.', labelNames, buckets });
const held = { method: 'GET', route: '/users/:id', status: 200 };

const bodies = {
  'inc, held': 'handle.inc()',
  'observe, held': 'handle.observe(seconds[i & 1023])',
  'inc, labels': "handle.inc({ method: 'GET', route: routes[i & 15], status: 200 })",
  'observe, labels':
    "handle.observe({ method: 'GET', route: routes[i & 15], status: 200 }, seconds[i & 1023])",
};
const handles = {
  'inc, held': counter('inc_held_total').labels(held),
  'observe, held': histogram('observe_held_seconds').labels(held),
  'inc, labels': counter('inc_labels_total'),
  'observe, labels': histogram('observe_labels_seconds'),
};

/** Each operation has a loop of its own, so that one call site does not serve them all. */
const loops = Object.entries(bodies).map(([name, body]) => {
  const code = `for (let i = 0; i < ${iterations}; i++) ${body};`;
  return [name, new Function('handle', 'seconds', 'routes', code)];
});

answer({
  /** ns per operation, by operation. */
  measure: () =>
    Object.fromEntries(
      loops.map(([name, loop]) => {
        const started = process.hrtime.bigint();
        loop(handles[name], seconds, routes);
        return [name, Number(process.hrtime.bigint() - started) / iterations];
      }),
    ),
  /** What the metrics themselves have counted: no call may have been optimised away. */
  async count() {
    const text = await metrics.registry.metrics();
    const counted = { 'inc, held': 0, 'observe, held': 0, 'inc, labels': 0, 'observe, labels': 0 };
    for (const [, operation, kind, value] of text.matchAll(
      /^(inc|observe)_(held|labels)_(?:total|seconds_count)\{.*\} (\d+)$/gm,
    )) {
      counted[`${operation}, ${kind}`] += Number(value);
    }
    return { counted, iterations };
  },
});
