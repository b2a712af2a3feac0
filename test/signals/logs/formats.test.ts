import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { ecsFormat } from '@elastic/ecs-pino-format';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createMonitoring,
  type LogsOptions,
  type MonitoringOptions,
  operation,
  setupMonitoring,
} from '../../../src/index.js';
import { createLogSink, type LogSink } from '../../support/log-sink.js';
import { SUBJECTS } from '../../support/subjects.js';
import { until } from '../../support/until.js';

type Line = Record<string, unknown>;

const SERVICE = { serviceName: 'shop', serviceVersion: '3.1.0', environment: 'staging' };

/** Every key of a line, nested ones with dots, so that ECS's two spellings of a field are one. */
function flat(line: Line, prefix = ''): Record<string, unknown> {
  return Object.assign(
    {},
    ...Object.entries(line).map(([key, value]) =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? flat(value as Line, `${prefix}${key}.`)
        : { [prefix + key]: value },
    ),
  );
}

function linesOf(options: LogsOptions): { sink: LogSink; options: MonitoringOptions } {
  const sink = createLogSink();
  return { sink, options: { ...SERVICE, logs: { level: 'trace', ...options, destination: sink } } };
}

async function requestLines(
  given: LogsOptions,
  paths: readonly string[],
  subject = SUBJECTS[0],
): Promise<Line[]> {
  const built = subject?.build();
  if (subject === undefined || built === undefined) throw new Error('no subject');
  const { sink, options } = linesOf(given);
  const monitoring = setupMonitoring(built.app, { ...subject.options, ...options });
  built.addRoutes();
  const base = await built.listen();
  for (const path of paths) await (await fetch(base + path)).text();
  await until(() => sink.lines.length === paths.length, 'all lines are there');
  await monitoring.shutdown();
  await built.close();
  return sink.lines;
}

/** What Elastic's own formatter writes of a request and what came of it. */
function elasticLine(error?: Error): Line {
  const sink = createLogSink();
  const logger = pino(
    {
      ...ecsFormat({
        convertReqRes: true,
        serviceEnvironment: 'staging',
        serviceName: 'shop',
        serviceVersion: '3.1.0',
      }),
      base: { pid: process.pid },
    },
    sink,
  );
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: '127.0.0.1' });
  const req = new IncomingMessage(socket);
  Object.assign(req, { method: 'GET', url: '/users/7', httpVersion: '1.1' });
  req.headers = { 'x-request-id': 'abc' };
  const res = new ServerResponse(req);
  res.setHeader('content-length', '10');
  logger.info({ req, res, err: error, 'trace.id': 'a'.repeat(32) }, 'request completed');
  return sink.lines[0] as Line;
}

describe('the format ecs', () => {
  it('is what Elastic’s own formatter writes of the same request', async () => {
    const [line] = await requestLines({ format: 'ecs' }, ['/users/7']);
    const [ours, theirs] = [flat(line as Line), flat(elasticLine())];
    const differs = new Set(['@timestamp', 'trace.id', 'http.request.id']);
    // Queries, hosts and headers stay out of our lines.
    const unlogged = /^url\.full$|^http\.(request|response)\.headers\.|^client\.port$/;
    for (const [key, value] of Object.entries(theirs)) {
      if (unlogged.test(key)) expect(ours).not.toHaveProperty([key]);
      else if (differs.has(key)) expect(typeof ours[key]).toBe(typeof value);
      else expect([key, ours[key]]).toEqual([key, value]);
    }
    expect(new Set(Object.keys(ours).filter((key) => !(key in theirs)))).toEqual(
      new Set(['span.id', 'http.route', 'event.duration', 'event.outcome']),
    );
    expect(ours).toMatchObject({ 'http.route': '/users/:id', 'event.outcome': 'success' });
    expect(ours['@timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(ours['event.duration']).toBeGreaterThan(10_000);
    expect(Number.isInteger(ours['event.duration'])).toBe(true);
  });

  it('names errors and levels as Elastic’s does, in request lines and others', async () => {
    const [line] = await requestLines({ format: 'ecs' }, ['/throw']);
    const error = (line as { error: Line }).error;
    expect(line).toMatchObject({ 'log.level': 'error', 'event.outcome': 'failure' });
    expect(line).not.toHaveProperty('err');
    const thrown = new RangeError('out of stock');
    const theirs = elasticLine(thrown) as { error: Line };
    expect(Object.keys(error).sort()).toEqual(Object.keys(theirs.error).sort());
    const { sink, options } = linesOf({ format: 'ecs' });
    createMonitoring(options).logger.warn({ err: thrown, password: 'p' }, 'refused');
    expect(sink.lines[0]).toMatchObject({
      'log.level': 'warn',
      message: 'refused',
      password: '[redacted]',
      error: theirs.error,
      'service.name': 'shop',
      'process.pid': process.pid,
    });
    expect(sink.lines[0]).not.toHaveProperty('err');
  });

  it('names ids and work by ECS', async () => {
    const { sink, options } = linesOf({ format: 'ecs' });
    const monitoring = createMonitoring(options);
    monitoring.observe(operation('report.build'), {}, () => monitoring.logger.info('in it'));
    const [within, work] = sink.lines as Line[];
    expect(within?.['trace.id']).toMatch(/^[0-9a-f]{32}$/);
    expect(work).toMatchObject({
      'trace.id': within?.['trace.id'],
      'span.id': within?.['span.id'],
      'event.outcome': 'success',
      'event.duration': expect.any(Number),
      operation: 'report.build',
    });
  });
});

describe('the format gcp', () => {
  const { GOOGLE_CLOUD_PROJECT } = process.env;
  beforeEach(() => {
    process.env.GOOGLE_CLOUD_PROJECT = 'shop-123';
  });
  afterEach(() => {
    if (GOOGLE_CLOUD_PROJECT === undefined) delete process.env.GOOGLE_CLOUD_PROJECT;
    else process.env.GOOGLE_CLOUD_PROJECT = GOOGLE_CLOUD_PROJECT;
  });

  it('has the fields that Google’s agents look for', async () => {
    const [fine, wrong] = await requestLines({ format: 'gcp' }, ['/users/7', '/throw']);
    expect(fine).toEqual({
      severity: 'INFO',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      serviceContext: { service: 'shop', version: '3.1.0' },
      pid: process.pid,
      'logging.googleapis.com/trace': expect.stringMatching(
        /^projects\/shop-123\/traces\/[0-9a-f]{32}$/,
      ),
      'logging.googleapis.com/spanId': expect.stringMatching(/^[0-9a-f]{16}$/),
      'logging.googleapis.com/trace_sampled': expect.any(Boolean),
      request_id: expect.any(String),
      httpRequest: {
        requestMethod: 'GET',
        requestUrl: '/users/7',
        status: 200,
        responseSize: '10',
        remoteIp: '127.0.0.1',
        latency: expect.stringMatching(/^\d+(\.\d{1,6})?s$/),
        protocol: 'HTTP/1.1',
      },
      route: '/users/:id',
      message: 'request completed',
    });
    expect(wrong).toMatchObject({
      severity: 'ERROR',
      stack_trace: expect.stringMatching(/^Error: thrown on purpose\n {4}at /),
      httpRequest: { status: 500 },
    });
  });

  it('has them in other lines too, and the bare trace id without a project', () => {
    delete process.env.GOOGLE_CLOUD_PROJECT;
    const { sink, options } = linesOf({ format: 'gcp' });
    const monitoring = createMonitoring(options);
    const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
    monitoring.observe(operation('report.build'), {}, () => {
      for (const level of levels) monitoring.logger[level](new Error('no'));
    });
    expect(sink.lines.map(({ severity }) => severity)).toEqual([
      'DEBUG',
      'DEBUG',
      'INFO',
      'WARNING',
      'ERROR',
      'CRITICAL',
      'DEBUG',
    ]);
    expect(sink.lines[0]).toMatchObject({
      message: 'no',
      stack_trace: expect.stringContaining('Error: no'),
      'logging.googleapis.com/trace': expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });
});

describe('every format', () => {
  it.each(
    SUBJECTS.flatMap((subject) =>
      (['json', 'ecs', 'gcp', 'pretty'] as const).map((format) => ({ subject, format })),
    ),
  )(
    '$format is one parseable line a request of $subject.name, without a key twice',
    async ({ subject, format }) => {
      const texts: string[] = [];
      const built = subject.build();
      const monitoring = setupMonitoring(built.app, {
        ...subject.options,
        logs: { format, destination: { write: (text: string) => texts.push(text) } },
        requests: { ...subject.options.requests, genReqId: () => 'quote" \u2028 \n back\\ \ud800' },
      });
      built.addRoutes();
      const base = await built.listen();
      for (const path of ['/users/1', '/throw', '/%22%0a%00"\\']) {
        await (await fetch(base + path)).text();
      }
      await until(() => texts.length === 3, 'the lines are there');
      for (const text of texts) {
        expect(text.indexOf('\n')).toBe(text.length - 1);
        expect(repeated(text)).toEqual([]);
        expect(JSON.stringify(JSON.parse(text))).toContain('quote\\" ');
      }
      await monitoring.shutdown();
      await built.close();
    },
  );

  it('can be named from outside, where code comes first', () => {
    process.env.TELLTALE_LOG_FORMAT = 'ecs';
    try {
      const { sink, options } = linesOf({});
      createMonitoring(options).logger.info('a');
      createMonitoring({ ...options, logs: { ...options.logs, format: 'json' } }).logger.info('b');
      process.env.TELLTALE_LOG_FORMAT = 'none of ours';
      createMonitoring(options).logger.info('c');
      expect(sink.lines.map((line) => line.message ?? line.msg)).toEqual(['a', 'b', 'c']);
      expect(sink.lines.map((line) => 'log.level' in line)).toEqual([true, false, false]);
    } finally {
      delete process.env.TELLTALE_LOG_FORMAT;
    }
  });
});

/** The keys that stand in the same object of a text more than once. */
function repeated(text: string): string[] {
  const twice: string[] = [];
  const scopes: Set<string>[] = [];
  for (const [token, key] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === '{') scopes.push(new Set());
    else if (token === '}') scopes.pop();
    else if (key !== undefined) {
      const scope = scopes.at(-1);
      if (scope?.has(key)) twice.push(key);
      scope?.add(key);
    }
  }
  return twice;
}
