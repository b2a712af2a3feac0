import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { redactSecrets } from '../../../src/core/redact.js';
import { createMonitoring, operation, setupMonitoring } from '../../../src/index.js';
import { createLogSink } from '../../support/log-sink.js';
import { SUBJECTS } from '../../support/subjects.js';
import { until } from '../../support/until.js';

const express = SUBJECTS[0] as (typeof SUBJECTS)[number];

describe('redaction', () => {
  it('hides values by key, at any depth, and nothing else', () => {
    const given = {
      user: { name: 'ann', password: 'p', tokens: 3, secretary: 'bo' },
      headers: { Authorization: 'Bearer x', 'set-cookie': ['a'], 'X-API-Key': 'k', accept: '*/*' },
      list: [{ access_token: 't', apiKey: 'k', refreshToken: 'r', client_secret: 's' }],
      passphrase: 'p',
      max_token_count: 7,
    };
    expect(redactSecrets(given)).toEqual({
      user: { name: 'ann', password: '[redacted]', tokens: 3, secretary: 'bo' },
      headers: {
        Authorization: '[redacted]',
        'set-cookie': '[redacted]',
        'X-API-Key': '[redacted]',
        accept: '*/*',
      },
      list: [
        {
          access_token: '[redacted]',
          apiKey: '[redacted]',
          refreshToken: '[redacted]',
          client_secret: '[redacted]',
        },
      ],
      passphrase: '[redacted]',
      max_token_count: 7,
    });
    expect(given.user.password).toBe('p');
    const harmless = { a: { b: [1] } };
    expect(redactSecrets(harmless)).toBe(harmless);
  });

  it('ends on cycles', () => {
    const cycle: Record<string, unknown> = { password: 'p' };
    cycle.self = cycle;
    expect(redactSecrets(cycle)).toMatchObject({ password: '[redacted]' });
  });

  it('is on for the logger, and takes further paths', () => {
    const sink = createLogSink();
    const { logger } = createMonitoring({ logs: { destination: sink, redact: ['card.number'] } });
    logger.info({ password: 'p', card: { number: '4111', bank: 'b' } }, 'paid');
    expect(sink.lines[0]).toMatchObject({
      password: '[redacted]',
      card: { number: '[redacted]', bank: 'b' },
    });
  });
});

describe('lines', () => {
  it('carry the request they were written in', async () => {
    const sink = createLogSink();
    const built = express.build();
    const monitoring = setupMonitoring(built.app, {
      serviceName: 'logged',
      serviceVersion: '3',
      logs: { destination: sink },
    });
    const query = operation('db.query');
    const app = built.app as unknown as { get(path: string, handler: unknown): void };
    app.get('/nested', (_request: unknown, response: { end(): void }) => {
      monitoring.logger.info('direct');
      monitoring.observe(query, {}, () => monitoring.logger.warn({ rows: 1 }, 'nested'));
      response.end();
    });
    const base = await built.listen();
    await fetch(`${base}/nested?password=hunter2`, { headers: { authorization: 'Bearer abc' } });
    await until(() => sink.requests().length === 1, 'the line is there');
    const [direct, nested, request] = sink.lines;
    expect(request).toMatchObject({
      level: 30,
      service: 'logged',
      version: '3',
      pid: process.pid,
      method: 'GET',
      route: '/nested',
      path: '/nested',
      status: 200,
      client_address: '127.0.0.1',
      duration_ms: expect.any(Number),
      time: expect.any(Number),
    });
    const { request_id, trace_id } = request as Record<string, unknown>;
    expect(direct).toMatchObject({ request_id, trace_id, span_id: request?.span_id });
    expect(nested).toMatchObject({ request_id, trace_id, rows: 1 });
    expect(nested?.span_id).not.toBe(request?.span_id);
    expect(JSON.stringify(sink.lines)).not.toMatch(/hunter2|Bearer/);
    monitoring.logger.info('outside');
    expect(sink.lines.at(-1)).not.toHaveProperty('request_id');
    await monitoring.shutdown();
    await built.close();
  });

  it('have a level by their status, and obey the logger’s', async () => {
    const sink = createLogSink();
    const built = express.build();
    const monitoring = setupMonitoring(built.app, { logs: { destination: sink } });
    built.addRoutes();
    const base = await built.listen();
    for (const route of ['/users/1', '/nope', '/throw']) await (await fetch(base + route)).text();
    await until(() => sink.requests().length === 3, 'the lines are there');
    expect(sink.requests().map(({ level }) => level)).toEqual([30, 40, 50]);
    monitoring.logger.level = 'error';
    for (const route of ['/users/1', '/throw']) await (await fetch(base + route)).text();
    await until(() => sink.requests().length === 4, 'the next line is there');
    expect(sink.requests()[3]?.status).toBe(500);
    await monitoring.shutdown();
    await built.close();
  });

  it('stay lines whatever the request holds', async () => {
    const texts: string[] = [];
    const built = express.build();
    const monitoring = setupMonitoring(built.app, {
      logs: { destination: { write: (text: string) => texts.push(text) } },
      requests: { genReqId: () => 'quote" \u2028 \n back\\ \ud800' },
    });
    const base = await built.listen();
    await (await fetch(`${base}/${'x'.repeat(3000)}`)).text();
    await (await fetch(`${base}/%22%0a%00"\\`)).text();
    await until(() => texts.length === 2, 'both lines are there');
    for (const text of texts) {
      expect(text.indexOf('\n')).toBe(text.length - 1);
      expect(JSON.parse(text).request_id).toBe('quote" \u2028 \n back\\ \ud800');
    }
    expect(JSON.parse(texts[0] ?? '').path).toHaveLength(257);
    await monitoring.shutdown();
    await built.close();
  });

  it('go through a logger of the user’s own with the same fields', async () => {
    const sink = createLogSink();
    const built = express.build();
    const logger = pino({ name: 'mine' }, sink);
    const monitoring = setupMonitoring(built.app, { logs: { logger } });
    built.addRoutes();
    const base = await built.listen();
    for (const route of ['/users/1', '/throw']) await (await fetch(base + route)).text();
    await until(() => sink.requests().length === 2, 'the lines are there');
    expect(monitoring.logger).toBe(logger);
    expect(sink.requests()[0]).toMatchObject({ name: 'mine', route: '/users/:id', status: 200 });
    expect(sink.requests()[1]).toMatchObject({ level: 50, err: { message: 'thrown on purpose' } });
    expect(sink.requests()[0]?.trace_id).toMatch(/^[0-9a-f]{32}$/);
    await monitoring.shutdown();
    await built.close();
  });

  it('are all in the file after shutdown', async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'telltale-logs-')), 'deep', 'app.log');
    const monitoring = createMonitoring({ logs: { destination: file } });
    monitoring.start();
    for (let i = 0; i < 500; i++) monitoring.logger.info({ i }, 'line');
    await monitoring.shutdown();
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).i)).toEqual(
      Array.from({ length: 500 }, (_, i) => i),
    );
  });

  it('that cannot be written harm nobody', async () => {
    const monitoring = createMonitoring({ logs: { destination: '/dev/full' } });
    monitoring.start();
    for (let i = 0; i < 100; i++) monitoring.logger.info('x'.repeat(1000));
    await until(
      async () =>
        /telltale_faults_total\{part="logs"\} [1-9]/.test(await monitoring.metrics.text()),
      'the fault is counted',
    );
    await monitoring.shutdown();
  });
});
