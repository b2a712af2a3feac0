import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { findRedis } from './services/redis.js';
import { until } from './support/until.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const demo = 'examples/demo/main.mjs';
const hasRedis = findRedis() !== undefined;

interface Running {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  output(): string;
  /** Where it listens, once it has said so. */
  url(): Promise<string>;
}

/** Starts an example on a free port. */
function start(file: string, env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [file], {
    cwd: root,
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const urlIn = () => /Try.* (http:\/\/127\.0\.0\.1:\d+)/.exec(text)?.[1];
  return {
    child,
    output: () => text,
    async url() {
      await until(() => urlIn() !== undefined, `${file} listens`, 20_000);
      return urlIn() as string;
    },
  };
}

/** Ends it by its handle and says how it ended and how long that took. */
async function end({ child }: Running, signal: NodeJS.Signals) {
  const started = performance.now();
  const ended = once(child, 'exit');
  child.kill(signal);
  const [code] = await ended;
  return { code, ms: performance.now() - started };
}

async function get(url: string): Promise<string> {
  return (await fetch(url)).text();
}

/** The processes that run, with their parents. One that only waits to be reaped does not run. */
async function processes(): Promise<{ pid: number; parent: number }[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,stat=']);
  const rows = stdout.split('\n').map((row) => row.trim().split(/\s+/));
  return rows
    .filter(([, , state]) => state !== undefined && !state.startsWith('Z'))
    .map(([pid, parent]) => ({ pid: Number(pid), parent: Number(parent) }));
}

/** The ids of all processes below one. */
async function descendants(ancestor: number | undefined): Promise<number[]> {
  const all = await processes();
  const below = (above: number | undefined): number[] =>
    all.flatMap(({ pid, parent }) => (parent === above ? [pid, ...below(pid)] : []));
  return below(ancestor);
}

async function allGone(pids: readonly number[]): Promise<boolean> {
  return (await processes()).every(({ pid }) => !pids.includes(pid));
}

/** A folder for temporary folders that nobody else uses, and that every user may enter. */
async function ownTemporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'telltale-examples-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  return folder;
}

describe.each([
  ['express', 'words', 'database', 'greetings_total{language="en"} 1'],
  ['fastify', 'guests', 'uploads', 'name_length_characters_count 1'],
  ['node-http', 'listening', 'errors', 'greetings_waiting 0'],
])('examples/%s.mjs', (name, check, driver, ownMetric) => {
  it('serves its route and shows it in metrics, health and logs', async () => {
    const example = start(`examples/${name}.mjs`, { DATABASE_URL: inject('postgres').url });
    const url = await example.url();

    expect(await get(`${url}/hello/ada`)).toBe('Hello, ada\n');
    expect((await fetch(`${url}/elsewhere`)).status).toBe(404);

    const metrics = await get(`${url}/metrics`);
    const requests = 'http_requests_total{method="GET"';
    expect(metrics).toContain(`${requests},route="/hello/:name",status="200"} 1\n`);
    expect(metrics).toContain(`${requests},route="unmatched",status="404"} 1\n`);
    expect(metrics).toContain(`${ownMetric}\n`);

    const health = JSON.parse(await get(`${url}/health`));
    expect(health).toMatchObject({
      service: 'greeter',
      checks: {
        [check]: { status: 'healthy' },
        // A machine whose disk is nearly full is not for this test to judge.
        [driver]: { status: expect.stringMatching(/^(?:healthy|degraded)$/) },
      },
    });
    expect((await fetch(`${url}/health/startup`)).status).toBe(200);

    expect(await end(example, 'SIGTERM')).toMatchObject({ code: 0 });
    const lines = example.output().match(/^\{.*\}$/gm) ?? [];
    const [own, request] = lines.map((line) => JSON.parse(line));
    expect(own).toMatchObject({
      msg: 'greeting sent',
      trace_id: expect.stringMatching(/^\w{32}$/),
    });
    expect(request).toMatchObject({ route: '/hello/:name', status: 200 });
    expect(own).toMatchObject({ trace_id: request.trace_id, request_id: request.request_id });
  });
});

describe('examples/demo', () => {
  it('shows the four signals of one service, and ends by itself', async () => {
    const folder = await ownTemporaryFolder();
    const env = { ...process.env, PORT: '0', TMPDIR: folder };
    // Rejects unless it exits with 0.
    const { stdout, stderr } = await run(process.execPath, [demo, '--once'], { cwd: root, env });
    expect(stderr).toBe('');
    const lines = stdout.split('\n');

    // A machine whose disk is nearly full is degraded, which is not for this test to judge.
    expect(stdout).toMatch(/^ {2}200 (healthy|degraded)$/m);
    expect(stdout).toMatch(/^ {2}postgres +healthy +[\d.]+ ms +users 5/m);
    expect(/^ {2}redis +healthy/m.test(stdout)).toBe(hasRedis);

    for (const sample of [
      'http_requests_total{method="GET",route="/users/:id",status="200"} 12',
      'http_requests_total{method="GET",route="/users/:id",status="404"} 2',
      'http_requests_total{method="GET",route="/orders/:id",status="200"} 6',
      'http_requests_total{method="POST",route="/orders",status="201"} 4',
      'http_requests_total{method="POST",route="/orders",status="400"} 1',
      'http_requests_total{method="GET",route="/report",status="200"} 2',
      'http_requests_total{method="GET",route="/invoices/:id",status="500"} 3',
      'http_requests_total{method="GET",route="unmatched",status="404"} 3',
      'http_request_duration_seconds_count{method="GET",route="/users/:id",status="200"} 12',
      'db_query_duration_seconds_count{verb="SELECT",table="orders"} 8',
      'db_query_duration_seconds_count{verb="INSERT",table="orders"} 4',
      'orders_placed_total{product="lamp"} 3',
      'order_value_euros_count 4',
    ]) {
      expect(stdout).toContain(`  ${sample}`);
    }
    expect(stdout).not.toMatch(/_bucket|_sum/);

    const line = JSON.parse(lines.find((text) => text.startsWith('  {')) ?? '');
    expect(line).toMatchObject({ route: '/orders/:id', status: 200, request_id: 'demo-order-1' });

    const trace = lines.findIndex((text) => text.startsWith('Trace'));
    expect(lines[trace]).toContain(`trace_id ${line.trace_id}`);
    const [server, ...queries] = lines.slice(trace + 1).filter((text) => text !== '');
    expect(server).toMatch(/^ {2}GET \/orders\/:id +[\d.]+ ms/);
    expect(queries).toHaveLength(2);
    for (const table of ['orders', 'users']) {
      expect(queries.join('\n')).toMatch(new RegExp(`^ {2}[├└]─ SELECT ${table} +[\\d.]+ ms`, 'm'));
    }
    expect(stdout).not.toContain('\u001b[');
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'is gone with all it started after %s',
    async (signal) => {
      const folder = await ownTemporaryFolder();
      const example = start(demo, { TMPDIR: folder });
      const url = await example.url();
      const pids = await descendants(example.child.pid);
      expect(pids.length).toBeGreaterThan(2);

      await get(`${url}/orders/2`);
      await until(() => example.output().includes('"path":"/orders/2"'), 'the line is shown');

      const { code, ms } = await end(example, signal);
      expect(code).toBe(0);
      expect(ms).toBeLessThan(5000);
      await until(() => allGone(pids), 'its children are gone', 1000);
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it('leaves nothing behind when it is killed', async () => {
    const folder = await ownTemporaryFolder();
    const example = start(demo, { TMPDIR: folder });
    await example.url();
    const pids = await descendants(example.child.pid);

    await end(example, 'SIGKILL');
    await until(() => allGone(pids), 'its children are gone');
    expect(await readdir(folder)).toEqual([]);
  });

  it('ends with an error, and with all it started, when its port is taken', async () => {
    const folder = await ownTemporaryFolder();
    const neighbour = start('examples/node-http.mjs');
    const { port } = new URL(await neighbour.url());

    const example = start(demo, { TMPDIR: folder, PORT: port });
    const [code] = await once(example.child, 'exit');
    expect(code).toBe(1);
    expect(example.output()).toContain('EADDRINUSE');
    expect(await readdir(folder)).toEqual([]);
  });
});
