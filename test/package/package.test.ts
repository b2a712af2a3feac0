import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Consumer, compilers, install, pack, tool } from './consumer.js';
import { SURFACE } from './surface.js';

const SUBPATHS = Object.keys(SURFACE);
const NETWORK_MS = 180_000;
const PROCESS_MS = 60_000;

let directory: string;
let tarball: string;
let withExpress: Consumer;
let withFastify: Consumer;
let bare: Consumer;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'telltale-package-'));
  tarball = await pack(directory);
  const make = (name: string, ...packages: string[]) =>
    install(path.join(directory, name), [tarball, '@types/node@20', ...packages]);
  // Two at a time, which is what a small machine can do.
  await Promise.all([
    make('fastify', 'fastify@5').then((made) => (withFastify = made)),
    make('bare')
      .then((made) => (bare = made))
      .then(() => make('express', 'express@5', '@types/express@5'))
      .then((made) => (withExpress = made)),
  ]);
}, NETWORK_MS);

afterAll(() => rm(directory, { recursive: true, force: true }));

// Every supported Node gives `require` the ES modules; a bundler, or this flag, the CommonJS ones.
const COMMONJS = '--no-experimental-require-module';

describe('the tarball', { timeout: PROCESS_MS }, () => {
  it('passes publint', async () => {
    const { stdout } = await tool('publint', ['run', tarball, '--strict']);
    expect(stdout).toContain('All good!');
  });

  it('has the right types under every module resolution of today', async () => {
    await tool('attw', [tarball, '--profile', 'node16', '--no-emoji']);
  });
});

describe('the public names', { timeout: PROCESS_MS }, () => {
  it('covers every subpath', async () => {
    const manifest = path.join(bare.directory, 'node_modules/telltale/package.json');
    const { exports } = JSON.parse(await readFile(manifest, 'utf8'));
    const specifiers = Object.keys(exports).map((subpath) => path.posix.join('telltale', subpath));
    expect(specifiers.sort()).toEqual([...SUBPATHS, 'telltale/package.json'].sort());
  });

  it.each([
    ['surface.mjs', []],
    ['surface.cjs', [COMMONJS]],
  ])('are these in %s', async (program, flags) => {
    const { stdout } = await bare.node([...flags, program, ...SUBPATHS]);
    expect(JSON.parse(stdout)).toEqual(SURFACE);
  });

  it('are the same values under require and import', async () => {
    const { stdout } = await bare.node(['instances.cjs', ...SUBPATHS]);
    expect(stdout).toBe(SUBPATHS.map((specifier) => `${specifier} []\n`).join(''));
  });
});

describe('a consumer at run time', { timeout: PROCESS_MS }, () => {
  const consumers = {
    express: () => withExpress,
    fastify: () => withFastify,
    plugin: () => withFastify,
    node: () => bare,
  };
  const cases = Object.entries(consumers).flatMap(([name, consumer]) => [
    { program: `${name}.mjs`, flags: [], consumer },
    { program: `${name}.cjs`, flags: [], consumer },
    { program: `${name}.cjs`, flags: [COMMONJS], consumer },
  ]);

  it.each(cases)('monitors itself in $program $flags', async ({ program, flags, consumer }) => {
    const { stdout, stderr } = await consumer().node([...flags, program]);
    const served = { 'GET /users/:id 200': 3, 'GET unmatched 404': 2, 'GET /broken 500': 1 };
    expect(JSON.parse(stdout)).toEqual({
      requests: served,
      durations: served,
      logs: served,
      health: expect.objectContaining({ code: 200, service: 'shop', version: '1.0.0' }),
    });
    expect(stderr).toBe('');
  });

  it('needs no framework', async () => {
    const { stdout } = await bare.npm('ls', '--all', '--parseable');
    const packages = stdout
      .trim()
      .split('\n')
      .map((folder) => path.basename(folder));
    expect(packages).toContain('telltale');
    expect(packages).not.toContain('express');
    expect(packages).not.toContain('fastify');
  });

  it.each([[[]], [[COMMONJS]]])('is told what cannot be monitored %s', async (flags) => {
    const { stdout } = await bare.node([...flags, 'refusal.cjs']);
    expect(JSON.parse(stdout)).toEqual({
      name: 'TelltaleError',
      code: 'TELLTALE_UNKNOWN_APP',
      message:
        'setupMonitoring: expected an Express application, a Fastify instance or a Node http server, got number 123',
      own: true,
    });
  });
});

describe('a consumer in TypeScript', { timeout: PROCESS_MS }, () => {
  it.each(compilers)('compiles with Express under %s', async (compiler) => {
    await withExpress.compile(compiler, ['telltale', 'express']);
  });

  it.each(compilers)('compiles with Fastify under %s', async (compiler) => {
    await withFastify.compile(compiler, ['telltale', 'fastify']);
  });

  it.each(compilers)('compiles without a framework under %s', async (compiler) => {
    await bare.compile(compiler, ['telltale']);
  });
});

describe('what is loaded', { timeout: PROCESS_MS }, () => {
  const EXPORTER = '@opentelemetry/exporter-trace-otlp-http';
  const SDK = '@opentelemetry/sdk-trace-node';
  const programs = [
    ['lazy.mjs', []],
    ['lazy.cjs', [COMMONJS]],
  ] as const;

  it.each(programs)('is only what is used, in %s', async (program, flags) => {
    const { stdout } = await bare.node([...flags, program, 'systeminformation']);
    const { atOnce, later } = JSON.parse(stdout);
    expect(atOnce).toContain('pino');
    for (const name of [EXPORTER, SDK, 'systeminformation']) expect(atOnce).not.toContain(name);
    expect(later).toContain('systeminformation');
    for (const name of [EXPORTER, SDK]) expect(later).not.toContain(name);
  });

  it.each(programs)(
    'includes the exporter where there is a collector, in %s',
    async (program, flags) => {
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
      const { stdout } = await bare.node([...flags, program, EXPORTER, SDK], { env });
      const { atOnce, later } = JSON.parse(stdout);
      for (const name of [EXPORTER, SDK]) expect(atOnce).not.toContain(name);
      for (const name of [EXPORTER, SDK]) expect(later).toContain(name);
    },
  );
});

describe('the end of a process', { timeout: PROCESS_MS }, () => {
  it('comes by itself soon after its server closed, with the log written', async () => {
    const log = path.join(bare.directory, 'service.log');
    const { stdout } = await bare.node(['exit.mjs', log]);
    expect(Number(stdout)).toBeLessThan(1000);
    const lines = (await readFile(log, 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ method: 'GET', path: '/hello', status: 200 }),
    ]);
  });
});
