import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type LoggerOptions, pino } from 'pino';
import { describe, expect, it } from 'vitest';
import {
  createMonitoring,
  type LogsOptions,
  operation,
  setupMonitoring,
  TelltaleError,
} from '../../../src/index.js';
import { createLogSink, type LogLine } from '../../support/log-sink.js';
import { SUBJECTS } from '../../support/subjects.js';
import { until } from '../../support/until.js';

const express = SUBJECTS[0] as (typeof SUBJECTS)[number];

/** The line of a request that fails, one of the application's own, and one outside. */
async function linesWith(
  given: LoggerOptions,
  logs: LogsOptions = {},
): Promise<{ request: LogLine; own: LogLine; outside: LogLine }> {
  const sink = createLogSink();
  const built = express.build();
  const monitoring = setupMonitoring(built.app, {
    serviceName: 'shop',
    logs: { ...logs, pino: given, destination: sink },
  });
  const app = built.app as unknown as { get(path: string, handler: unknown): void };
  app.get('/fail', () => {
    monitoring.bind({ plan: 'gold' });
    monitoring.logger.info({ order: 7 }, 'own');
    throw new RangeError('thrown on purpose');
  });
  const base = await built.listen();
  await (await fetch(`${base}/fail`)).text();
  await until(() => sink.lines.length === 2, 'the lines are there');
  monitoring.logger.warn({ err: new RangeError('no') }, 'outside');
  await monitoring.shutdown();
  await built.close();
  const [own, request, outside] = sink.lines as [LogLine, LogLine, LogLine];
  return { request, own, outside };
}

describe('an option of pino’s', () => {
  it('base and name add to the fields of every line', async () => {
    const { request, own } = await linesWith({ base: { region: 'eu', pid: 7 }, name: 'api' });
    for (const line of [request, own]) {
      expect(line).toMatchObject({ service: 'shop', region: 'eu', pid: 7, name: 'api' });
    }
    const bare = await linesWith({ base: null });
    expect(bare.request).not.toHaveProperty('service');
    expect(bare.own).not.toHaveProperty('service');
  });

  it('messageKey, errorKey and timestamp name them in request lines too', async () => {
    const { request, own, outside } = await linesWith({
      messageKey: 'text',
      errorKey: 'failure',
      timestamp: () => ',"at":"then"',
    });
    expect(request).toMatchObject({
      text: 'request completed',
      at: 'then',
      failure: { type: 'RangeError' },
    });
    for (const key of ['msg', 'err', 'time']) expect(request).not.toHaveProperty(key);
    expect(own).toMatchObject({ text: 'own', at: 'then' });
    expect(outside).toMatchObject({ text: 'outside' });
    expect((await linesWith({ timestamp: false })).request).not.toHaveProperty('time');
  });

  it('serializers.err writes the error of a request', async () => {
    const { request, outside } = await linesWith({
      serializers: { err: (error: Error) => ({ said: error.message }) },
    });
    expect(request.err).toEqual({ said: 'thrown on purpose' });
    expect(outside.err).toEqual({ said: 'no' });
  });

  it('serializers of a request line’s own fields are called', async () => {
    const { request, own } = await linesWith({
      serializers: { path: () => '…', plan: (plan: string) => plan.toUpperCase() },
    });
    expect(request).toMatchObject({ path: '…', plan: 'GOLD', route: '/fail', status: 500 });
    expect(own.plan).toBe('GOLD');
  });

  it('formatters name the level, and see every line before it is redacted', async () => {
    const { request, own } = await linesWith({
      formatters: {
        level: (label) => ({ severity: label }),
        bindings: ({ service }) => ({ app: service }),
        log: (fields) => ({ ...fields, apiKey: 'k', seen: true }),
      },
    });
    for (const line of [request, own]) {
      expect(line).toMatchObject({ app: 'shop', seen: true, apiKey: '[redacted]' });
      for (const key of ['level', 'service']) expect(line).not.toHaveProperty(key);
    }
    expect([request.severity, own.severity]).toEqual(['error', 'info']);
    const text = await linesWith({ formatters: { level: (label) => ({ severity: label }) } });
    expect(text.request).toMatchObject({ severity: 'error', service: 'shop', status: 500 });
  });

  it('mixin is run beside telltale’s, for request lines without what else is current', async () => {
    let calls = 0;
    const { request, own } = await linesWith({
      mixin: () => ({ call: ++calls, trace_id: 'none' }),
    });
    expect(own.call).toBe(1);
    expect(request.call).toBe(2);
    expect(request.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(own).toMatchObject({ trace_id: request.trace_id, request_id: request.request_id });
  });

  it('mixinMergeStrategy, nestedKey, msgPrefix and hooks have their effect', async () => {
    const { request, own } = await linesWith({
      nestedKey: 'data',
      msgPrefix: '[shop] ',
      hooks: { streamWrite: (text) => text.replace('}\n', ',"hooked":true}\n') },
    });
    expect(request).toMatchObject({
      msg: '[shop] request completed',
      hooked: true,
      data: { route: '/fail', status: 500, plan: 'gold' },
    });
    expect(own).toMatchObject({ hooked: true, data: { order: 7, plan: 'gold' } });
    expect((own.data as LogLine).request_id).toBe((request.data as LogLine).request_id);
  });

  it('redact hides beside telltale’s keys and logs.redact, in request lines too', async () => {
    const { request, own } = await linesWith({ redact: ['path', 'order'] }, { redact: ['plan'] });
    expect(request).toMatchObject({ path: '[redacted]', plan: '[redacted]', status: 500 });
    expect(own).toMatchObject({ order: '[redacted]', plan: '[redacted]' });
    const other = await linesWith({ redact: { paths: ['order', 'err.stack'], censor: '***' } });
    expect(other.own.order).toBe('***');
    expect(other.request.err).toMatchObject({ message: 'thrown on purpose', stack: '***' });
  });

  it('customLevels are methods, and level may be one of them', () => {
    const sink = createLogSink();
    const { logger } = createMonitoring({
      logs: { destination: sink, pino: { customLevels: { notice: 35 }, level: 'notice' } },
    });
    logger.info('too low');
    (logger as unknown as { notice(text: string): void }).notice('written');
    expect(sink.lines).toMatchObject([{ level: 35, msg: 'written' }]);
  });

  it('useOnlyCustomLevels and levelComparison decide about request lines', async () => {
    const customLevels = { fatal: 1, error: 2, warn: 3, info: 4, debug: 5, trace: 6 };
    const given = { customLevels, useOnlyCustomLevels: true, levelComparison: 'DESC' } as const;
    const { request, own } = await linesWith(given);
    expect([request.level, own.level]).toEqual([2, 4]);
    const sink = createLogSink();
    const monitoring = createMonitoring({
      logs: { destination: sink, pino: { ...given, level: 'error' } },
    });
    monitoring.observe(operation('work.fine'), {}, () => monitoring.logger.info('too low'));
    monitoring.logger.error('written');
    expect(sink.lines).toMatchObject([{ level: 2, msg: 'written' }]);
  });

  it('transport takes all lines, and is flushed at shutdown', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'telltale-transport-'));
    const destination = path.join(folder, 'app.log');
    const built = express.build();
    const monitoring = setupMonitoring(built.app, {
      logs: { pino: { transport: { target: 'pino/file', options: { destination } } } },
    });
    built.addRoutes();
    const base = await built.listen();
    await (await fetch(`${base}/users/1`)).text();
    monitoring.logger.info('last');
    await built.close();
    await monitoring.shutdown();
    const text = () => (existsSync(destination) ? readFileSync(destination, 'utf8') : '');
    await until(() => text().trim().split('\n').length === 2, 'both lines are there');
    expect(text()).toMatch(/"msg":"request completed"/);
    expect(text()).toMatch(/"msg":"last"/);
    rmSync(folder, { recursive: true });
  });
});

describe('options that undo one another', () => {
  const sink = createLogSink();
  const own = { customLevels: { notice: 35 }, useOnlyCustomLevels: true };
  const names = ['child', 'isLevelEnabled', 'debug', 'info', 'warn', 'error'];
  const winston = {
    ...Object.fromEntries(names.map((name) => [name, () => {}])),
    levels: { error: 0, info: 2 },
  };
  const cases: [string, LogsOptions, RegExp][] = [
    [
      'a logger and its level',
      { logger: pino(sink), level: 'info' },
      /logs\.level: .*logs\.logger/,
    ],
    [
      'a logger and a format',
      { logger: pino(sink), format: 'ecs' },
      /logs\.format: .*logs\.logger/,
    ],
    ['a logger and options', { logger: pino(sink), pino: {} }, /logs\.pino: .*logs\.logger/],
    [
      'a logger and a file',
      { logger: pino(sink), destination: 2 },
      /logs\.destination: .*logs\.logger/,
    ],
    ['a logger and paths', { logger: pino(sink), redact: ['a'] }, /logs\.redact: .*logs\.logger/],
    [
      'a transport and a destination',
      { destination: sink, pino: { transport: { target: 'pino/file' } } },
      /logs\.pino\.transport: .*logs\.destination/,
    ],
    ['two levels', { level: 'info', pino: { level: 'warn' } }, /logs\.pino\.level: .*logs\.level/],
    ['ecs and a message key', { format: 'ecs', pino: { messageKey: 'm' } }, /messageKey: .*ecs/],
    [
      'gcp and a name of the level',
      { format: 'gcp', pino: { formatters: { level: () => ({}) } } },
      /formatters\.level: .*gcp/,
    ],
    [
      'ecs and targets by level',
      { format: 'ecs', pino: { transport: { targets: [] } } },
      /transport\.targets: .*ecs/,
    ],
    ['only levels that telltale lacks', { pino: own }, /useOnlyCustomLevels: .*trace, debug, info/],
    ['what pino refuses', { pino: { level: 'loud' } }, /logs\.pino: default level:loud/],
    [
      'a transport that is not there',
      { pino: { transport: { target: 'no-such-transport' } } },
      /logs\.pino\.transport: .*no-such-transport/,
    ],
    [
      'a time that is no JSON',
      { pino: { timestamp: () => ',"time":undefined' } },
      /logs\.pino\.timestamp: expected .* got ',"time":undefined'/,
    ],
    [
      'a time that is no text',
      { pino: { timestamp: () => Date.now() as never } },
      /logs\.pino\.timestamp: expected .* got '\d+'/,
    ],
    [
      'a time that throws',
      {
        pino: {
          timestamp() {
            throw new RangeError('thrown on purpose');
          },
        },
      },
      /logs\.pino\.timestamp: thrown on purpose/,
    ],
    [
      'a level that is no object',
      { pino: { formatters: { level: ((label: string) => label) as never } } },
      /logs\.pino: expected lines of JSON, got '"trace/,
    ],
    ['another logger', { logger: winston as never }, /logs\.logger: expected a pino logger/],
    ['no object', { pino: 7 as never }, /logs\.pino: expected an object of pino's options, got 7/],
    [
      'no format',
      { format: 'xml' as never },
      /logs\.format: expected one of json, ecs, gcp, pretty/,
    ],
  ];

  it.each(cases)('are refused: %s', (_, logs, message) => {
    expect(() => createMonitoring({ logs })).toThrow(TelltaleError);
    expect(() => createMonitoring({ logs })).toThrow(message);
  });
});
