import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { Redis } from 'ioredis';
import pg from 'pg';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { startPostgres } from './postgres.js';
import { freePort } from './process.js';
import { checkMetrics, findPrometheus, findPromtool, startPrometheus } from './prometheus.js';
import { findRedis, startRedis } from './redis.js';
import { describeWith } from './skip.js';

const isThere = (pid: number | undefined) => existsSync(`/proc/${pid}`);

describe('postgres', () => {
  async function ask(connectionString: string, question: string): Promise<string> {
    const client = new pg.Client({ connectionString });
    await client.connect();
    const { rows } = await client.query<[string]>({ text: question, rowMode: 'array' });
    await client.end();
    return String(rows[0]?.[0]);
  }

  test('the shared server answers', async () => {
    expect(await ask(inject('postgres').url, 'show server_version')).toMatch(/^18\./);
  });

  test('leaves neither process nor data behind', async () => {
    const own = await startPostgres();
    onTestFinished(own.stop);
    const data = await ask(own.url, 'show data_directory');
    expect([isThere(own.pid), existsSync(data)]).toEqual([true, true]);
    await own.stop();
    expect([isThere(own.pid), existsSync(data)]).toEqual([false, false]);
  });

  test('stops at once although a client is connected', async () => {
    const own = await startPostgres();
    const client = new pg.Client(own.url);
    const lost = vi.fn();
    client.on('error', lost);
    await client.connect();
    await own.stop();
    await vi.waitFor(() => expect(lost).toHaveBeenCalled());
  });
});

describeWith('redis-server', findRedis())('redis', () => {
  async function ping(url: string | undefined): Promise<string> {
    const client = new Redis(String(url));
    const answer = await client.ping();
    client.disconnect();
    return answer;
  }

  test('the shared server answers', async () => {
    expect(await ping(inject('redis')?.url)).toBe('PONG');
  });

  test('leaves no process behind and can come back where it was', async () => {
    const port = await freePort();
    const first = await startRedis({ port });
    await first?.stop();
    expect(isThere(first?.pid)).toBe(false);
    const second = await startRedis({ port });
    onTestFinished(() => second?.stop());
    expect(await ping(first?.url)).toBe('PONG');
  });
});

const exposition = '# HELP jobs_total Jobs done.\n# TYPE jobs_total counter\njobs_total 3\n';

describeWith('promtool', findPromtool())('checkMetrics', () => {
  test('accepts a valid exposition', async () => {
    expect(await checkMetrics(exposition)).toEqual({ code: 0, output: '' });
  });

  test('rejects what does not parse', async () => {
    const { code, output } = await checkMetrics('jobs_total{ 3\n');
    expect(code).toBe(1);
    expect(output).toContain('error while linting');
  });

  test('rejects what breaks the conventions', async () => {
    const { code, output } = await checkMetrics(exposition.replaceAll('_total', ''));
    expect(code).toBe(3);
    expect(output).toContain('counter metrics should have "_total" suffix');
  });
});

describeWith('prometheus', findPrometheus())('prometheus', () => {
  test('scrapes its target', async () => {
    const port = await freePort();
    const target = createServer((_, response) => response.end(exposition)).listen(port);
    onTestFinished(() => void target.close().closeAllConnections());
    const prometheus = await startPrometheus({ targetUrl: `http://127.0.0.1:${port}/metrics` });
    onTestFinished(() => prometheus?.stop());
    const query = `${prometheus?.url}/api/v1/query?query=jobs_total`;
    await vi.waitFor(async () => expect(await (await fetch(query)).text()).toContain('"3"'), {
      timeout: 10_000,
      interval: 100,
    });
    await prometheus?.stop();
    expect(isThere(prometheus?.pid)).toBe(false);
  }, 15_000);
});
