/** ns per operation of the smallest pieces: `node test/bench/micro.mjs`. */

import { Counter, Histogram, Registry } from 'prom-client';
import { describeMachine, renderHeader } from './report.mjs';
import { spread } from './stats.mjs';

const iterations = 200_000;
const rounds = 11;

const labels = { method: 'GET', route: '/users/:id', status_code: 200 };
const shared = { help: 'Help.', labelNames: Object.keys(labels), registers: [new Registry()] };
const counter = new Counter({ ...shared, name: 'counted_total' });
const child = counter.labels(labels);
const histogram = new Histogram({ ...shared, name: 'observed_seconds' });
const plain = new Counter({ ...shared, name: 'plain_total', labelNames: [] });

const operations = {
  'prom-client counter.inc()': () => plain.inc(),
  'prom-client counter.inc(labels)': () => counter.inc(labels),
  'prom-client kept child.inc()': () => child.inc(),
  'prom-client histogram.observe(labels)': () => histogram.observe(labels, 0.012),
};

/** Each operation gets a loop of its own, so that one call site does not serve them all. */
function compileLoop(operation) {
  const body = 'for (let i = 0; i < iterations; i++) operation();';
  const loop = new Function('operation', 'iterations', body);
  return () => {
    const started = process.hrtime.bigint();
    loop(operation, iterations);
    return Number(process.hrtime.bigint() - started) / iterations;
  };
}

const loops = Object.entries(operations).map(([name, operation]) => {
  return { name, measure: compileLoop(operation), samples: [] };
});

for (let round = 0; round < rounds; round++) {
  for (const { measure, samples } of round % 2 ? loops.toReversed() : loops) {
    samples.push(measure());
  }
}

console.log(`${renderHeader(describeMachine())}\n`);
console.log('| operation | ns | IQR |\n| --- | ---: | ---: |');
for (const { name, samples } of loops) {
  const { median, iqr } = spread(samples);
  console.log(`| ${name} | ${median.toFixed(1)} | ${iqr.toFixed(1)} |`);
}
