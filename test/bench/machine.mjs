/** Where a run took place, and of what. */

import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';

const packages = [
  'express',
  'fastify',
  'prom-client',
  'pino',
  'pino-http',
  'express-prom-bundle',
  'fastify-metrics',
  '@fastify/otel',
  '@opentelemetry/sdk-trace-node',
  '@opentelemetry/instrumentation-http',
  '@opentelemetry/instrumentation-express',
  '@opentelemetry/exporter-trace-otlp-http',
];
const root = new URL('../../', import.meta.url);

export const describeRun = () => ({
  date: new Date().toISOString(),
  machine: {
    cpu: cpus()[0].model.trim(),
    cores: cpus().length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    kernel: `${type()} ${release()}`,
  },
  node: process.version,
  versions: {
    telltale: versionIn('package.json'),
    ...Object.fromEntries(
      packages.map((name) => [name, versionIn(`node_modules/${name}/package.json`)]),
    ),
  },
});

const versionIn = (path) => JSON.parse(readFileSync(new URL(path, root), 'utf8')).version;
