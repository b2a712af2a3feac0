import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { parseSamples } from './support/samples.js';

const ROOT = path.resolve(import.meta.dirname, '..');
const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
const run = promisify(execFile);

/** Code blocks by the file name in their first line. */
const programs = new Map(
  Array.from(
    readme.matchAll(/```js\n\/\/ (\S+\.mjs)\n([\s\S]*?)```/g),
    ([, name = '', text = '']) => [name, text],
  ),
);

const folder = mkdtempSync(path.join(tmpdir(), 'telltale-readme-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(path.join(folder, 'node_modules'));
symlinkSync(ROOT, path.join(folder, 'node_modules/telltale'));
for (const name of ['express', 'fastify', 'ioredis', 'pg']) {
  symlinkSync(path.join(ROOT, 'node_modules', name), path.join(folder, 'node_modules', name));
}
writeFileSync(
  path.join(folder, 'package.json'),
  JSON.stringify({ name: 'reader', version: '1.0.0', type: 'module' }),
);

/** Put before a program: finds its server, asks it these paths, prints the answers, and ends it. */
function visitor(paths: readonly string[]): string {
  return `
import { Server } from 'node:http';
const { listen } = Server.prototype;
Server.prototype.listen = function (...args) {
  const options = typeof args[0] === 'object' ? { ...args[0], port: 0 } : { port: 0, host: '127.0.0.1' };
  const done = args.find((arg) => typeof arg === 'function');
  this.once('listening', () => setTimeout(async () => {
    const base = 'http://127.0.0.1:' + this.address().port;
    for (const path of ${JSON.stringify(paths)}) {
      const response = await fetch(base + path);
      console.error(JSON.stringify({ path, status: response.status, body: await response.text() }));
    }
    this.close();
    this.closeAllConnections();
  }, 20));
  return listen.call(this, options, ...(done ? [done] : []));
};
`;
}

interface Visit {
  path: string;
  status: number;
  body: string;
}

/** Runs a program of the README as it stands; resolves to what it printed and answered. */
async function runProgram(
  name: string,
  paths: readonly string[] = [],
  env: Record<string, string> = {},
) {
  const text = programs.get(name);
  if (text === undefined) throw new Error(`the README has no ${name}`);
  const own = name.replace('.mjs', '.visitor.mjs');
  writeFileSync(path.join(folder, own), visitor(paths));
  writeFileSync(path.join(folder, name), text);
  const { stdout, stderr } = await run(
    process.execPath,
    ['--import', `./${own}`, path.join(folder, name)],
    { cwd: folder, timeout: 20_000, env: { PATH: process.env.PATH ?? '', ...env } },
  );
  const visits = stderr
    .split('\n')
    .flatMap((line) => (line.startsWith('{"path') ? [JSON.parse(line) as Visit] : []));
  return {
    stdout,
    stderr,
    visits,
    lines: stdout.split('\n').filter((line) => line.startsWith('{"level')),
  };
}

describe('the README', () => {
  it('has a test for each of its programs', () => {
    expect([...programs.keys()]).toEqual([
      'first.mjs',
      'express.mjs',
      'fastify.mjs',
      'node.mjs',
      'checks.mjs',
      'drivers.mjs',
      'own.mjs',
      'logs.mjs',
      'fastify-logger.mjs',
      'traces.mjs',
      'memory.mjs',
      'pg.mjs',
      'errors.mjs',
      'options.mjs',
      'ending.mjs',
      'beacon.mjs',
    ]);
    // Every block of code is one of them, a command, a file of somebody else's, or output.
    expect(readme.match(/^```(?!js$|sh$|text$|yaml$|$)/gm)).toBeNull();
    expect(readme.match(/^```js$/gm)).toHaveLength(programs.size);
  });

  it('shows configuration that can be read', () => {
    const blocks = [...readme.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text]) => text);
    expect(blocks.length).toBeGreaterThan(2);
    for (const text of blocks) expect(parse(text ?? '')).toBeTypeOf('object');
  });

  it('shows what its first program prints', async () => {
    const { visits, lines } = await runProgram('first.mjs', ['/orders/7', '/metrics', '/health']);
    const shown = /<!-- output of first.mjs -->\n```text\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const [logs = '', samples = '', report = ''] = shown.trim().split('\n\n');
    const shownLines = logs.split('\n').map((line) => JSON.parse(line));
    const printed = lines.map((line) => JSON.parse(line));
    expect(shownLines.map(Object.keys)).toEqual(printed.map(Object.keys));
    for (const [i, line] of shownLines.entries()) {
      const steady = ({
        level,
        service,
        version,
        order,
        method,
        route,
        path: at,
        status,
        msg,
      }: Record<string, unknown>) => ({
        level,
        service,
        version,
        order,
        method,
        route,
        at,
        status,
        msg,
      });
      expect(steady(printed[i])).toEqual(steady(line));
    }
    expect(printed[0].trace_id).toBe(printed[1].trace_id);
    const metrics = visits[1]?.body ?? '';
    for (const sample of parseSamples(samples))
      expect(parseSamples(metrics)).toContainEqual(sample);
    const body = JSON.parse(visits[2]?.body ?? '');
    const shownBody = JSON.parse(report);
    expect(Object.keys(body)).toEqual(Object.keys(shownBody));
    for (const name of Object.keys(shownBody.checks)) {
      expect(Object.keys(body.checks[name])).toEqual(Object.keys(shownBody.checks[name]));
    }
  });

  it.each(['express.mjs', 'fastify.mjs', 'node.mjs'])('monitors by %s', async (name) => {
    const { visits, lines } = await runProgram(name, ['/users/7', '/health', '/metrics']);
    expect(visits.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(visits[2]?.body).toContain(
      'http_requests_total{method="GET",route="/users/:id",status="200"} 1',
    );
    expect(lines).toHaveLength(1);
  });

  it('checks as it says', async () => {
    const { stdout } = await runProgram('checks.mjs');
    expect(stdout).toMatch(/status: 'unhealthy'/);
    expect(stdout).toMatch(/database: \{/);
    expect(stdout).toMatch(/percent_used/);
  });

  it('asks what its drivers ask', async () => {
    const { stdout, stderr } = await runProgram('drivers.mjs');
    for (const name of ['database', 'cache', 'payments', 'mail', 'certificate']) {
      expect(stdout).toMatch(
        new RegExp(`${name}: \\{\\s+status: 'unhealthy',\\s+class: 'refused'`),
      );
    }
    for (const name of ['pool', 'errors']) {
      expect(stdout).toMatch(new RegExp(`${name}: \\{\\s+status: 'healthy'`));
    }
    expect(stderr).toBe('');
  });

  it('observes as it says', async () => {
    const { stdout } = await runProgram('own.mjs');
    expect(stdout).toContain('mails_total{kind="welcome"} 1');
    expect(stdout).toContain('reports_total{kind="monthly"} 1');
    expect(stdout).toContain('report_duration_seconds_count{kind="monthly"} 1');
    expect(stdout).toContain('"msg":"building"');
  });

  it('logs as it says', async () => {
    const { lines } = await runProgram('logs.mjs', ['/orders/7']);
    const written = lines.map((line) => JSON.parse(line));
    expect(written).toHaveLength(3);
    for (const { user_id, request_id } of written) {
      expect([user_id, request_id]).toEqual([42, written[0].request_id]);
    }
    const inFastify = await runProgram('fastify-logger.mjs', ['/orders/7']);
    const messages = inFastify.lines
      .map((line) => JSON.parse(line))
      .filter((line) => line.trace_id);
    expect(messages.map(({ msg }) => msg)).toEqual(['order read', 'request completed']);
    expect(inFastify.stderr).not.toContain('Warning');
  });

  it('watches queries as it says', async () => {
    const { visits, lines } = await runProgram('pg.mjs', ['/', '/metrics'], {
      DATABASE_URL: inject('postgres').url,
    });
    expect(visits[1]?.body).toContain(
      'db_client_operation_duration_seconds_count{system="postgresql",database="postgres",operation="SELECT",table="pg_tables"} 1',
    );
    const [counted, request] = lines.map((line) => JSON.parse(line));
    expect(counted).toMatchObject({ msg: 'counted', trace_id: request.trace_id });
  });

  it('captures as it says', async () => {
    const { stdout, lines } = await runProgram('errors.mjs');
    const { error_id, ...line } = JSON.parse(lines[0] ?? '');
    expect(stdout.split('\n')).toContain(error_id);
    expect(stdout).toContain('1 × RangeError: no card for order 7 (/orders/:id)');
    expect(line).toMatchObject({ level: 40, err: { message: 'no card for order 7: card gone' } });
  });

  it('keeps spans for tests as it says', async () => {
    const { stdout } = await runProgram('memory.mjs');
    expect(stdout).toBe('price cart\n  read stock\nunset\n');
  });

  it('ends as it says', async () => {
    const { visits } = await runProgram('ending.mjs', ['/', '/health/ready']);
    expect(visits.map(({ status }) => status)).toEqual([200, 200]);
    const { lines } = await runProgram('beacon.mjs');
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['imported']);
  });

  it.each(['traces.mjs', 'options.mjs'])('runs %s', async (name) => {
    const { stderr } = await runProgram(name);
    expect(stderr).toBe('');
  });

  it('names every option and no other', async () => {
    const types = readFileSync(path.join(ROOT, 'src/options.ts'), 'utf8');
    const top = /export interface MonitoringOptions \{([\s\S]*?)\n\}/.exec(types)?.[1] ?? '';
    const options = Array.from(top.matchAll(/^ {2}(\w+)\?:/gm), ([, name]) => name);
    const shown = Array.from(
      (programs.get('options.mjs') ?? '').matchAll(/^ {2}(\w+):/gm),
      ([, name]) => name,
    );
    expect(shown.sort()).toEqual(options.sort());
  });

  it('explains every error code and no other', () => {
    const types = readFileSync(path.join(ROOT, 'src/model/errors.ts'), 'utf8');
    const codes = new Set(types.match(/TELLTALE_[A-Z_]+/g));
    const explained = new Set(
      readme.match(/`(TELLTALE_(?:INVALID|UNKNOWN)_[A-Z]+)`/g)?.map((code) => code.slice(1, -1)),
    );
    expect([...explained].sort()).toEqual([...codes].sort());
  });

  it('names every variable of the environment and no other of its own', () => {
    const source = ['environment', 'traces-environment']
      .map((name) => readFileSync(path.join(ROOT, `src/assembly/${name}.ts`), 'utf8'))
      .join('');
    const read = new Set(source.match(/\benv\.([A-Z_]+)/g)?.map((one) => one.slice(4)));
    for (const name of read) expect(readme).toContain(`\`${name}\``);
    const own = new Set(
      readme.match(/`TELLTALE_(?!INVALID|UNKNOWN|\*)[A-Z_]+`/g)?.map((one) => one.slice(1, -1)),
    );
    for (const name of own) expect(read).toContain(name);
  });
});
