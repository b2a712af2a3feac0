import { type Logger, type LoggerOptions, pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createMonitoring, operation, setupMonitoring } from '../../../src/index.js';
import { createLogSink, type LogSink } from '../../support/log-sink.js';
import { SUBJECTS } from '../../support/subjects.js';
import { until } from '../../support/until.js';

const express = SUBJECTS[0] as (typeof SUBJECTS)[number];
const work = operation('redaction.work');
const declined = () =>
  Object.assign(new Error('declined'), { iban: 'DE1', nested: { iban: 'DE1' } });

/** The line of a request that fails with an error. */
async function failedRequest(options: LoggerOptions, format: 'json' | 'gcp'): Promise<LogSink> {
  const sink = createLogSink();
  const built = express.build();
  const monitoring = setupMonitoring(built.app, {
    logs: { format, redact: ['iban'], pino: options, destination: sink },
  });
  const app = built.app as unknown as { get(path: string, handler: unknown): void };
  app.get('/fail', () => {
    throw declined();
  });
  const base = await built.listen();
  await (await fetch(`${base}/fail`)).text();
  await until(() => sink.lines.length === 1, 'the line is there');
  await monitoring.shutdown();
  await built.close();
  return sink;
}

describe.each(['json', 'gcp'] as const)('keys of the option, in the format %s,', (format) => {
  const hidden = { iban: '[redacted]', nested: { iban: '[redacted]' } };

  it('are hidden in the errors of work', () => {
    const sink = createLogSink();
    const monitoring = createMonitoring({ logs: { format, redact: ['iban'], destination: sink } });
    const fail = () => {
      throw declined();
    };
    expect(() => monitoring.observe(work, {}, fail)).toThrow('declined');
    expect(sink.lines[0]?.err).toMatchObject(hidden);
  });

  it.each([
    ['text', {}],
    ['pino', { mixin: () => ({ mine: 1 }) }],
  ])('are hidden in the errors of requests, written by %s', async (_, options) => {
    const { lines } = await failedRequest(options, format);
    expect(lines[0]?.err).toMatchObject({ iban: '[redacted]' });
    expect(JSON.stringify(lines)).not.toContain('DE1');
  });
});

describe('formatters.log of the settings', () => {
  const options: LoggerOptions = {
    formatters: { log: (fields) => ({ ...fields, region: 'eu', token: 'hunter2' }) },
  };
  const clean = { region: 'eu', token: '[redacted]' };

  it.each([[[]], [false as const]])(
    'counts for children with options, with redact %j',
    (redact) => {
      const sink = createLogSink();
      const { logger } = createMonitoring({ logs: { pino: options, redact, destination: sink } });
      const serializers = { x: (value: unknown) => value };
      logger.child({}, { serializers }).child({}, { serializers }).info({ x: 1 }, 'below');
      expect(sink.lines[0]).toMatchObject(redact === false ? { region: 'eu' } : clean);
    },
  );

  it('may give nothing', () => {
    const sink = createLogSink();
    const log = () => null as never;
    const { logger } = createMonitoring({
      logs: { destination: sink, pino: { formatters: { log } } },
    });
    logger.info({ a: 1 }, 'nothing but this');
    expect(sink.lines[0]).toMatchObject({ msg: 'nothing but this' });
  });

  it('gives way to a child’s own', () => {
    const sink = createLogSink();
    const { logger } = createMonitoring({ logs: { pino: options, destination: sink } });
    const formatters = { log: (fields: object) => ({ ...fields, secret: 'hunter2' }) };
    const child = logger.child({}, { formatters });
    child.child({}, { serializers: {} }).info('below');
    expect(sink.lines[0]).toMatchObject({ secret: '[redacted]' });
    expect(sink.lines[0]).not.toHaveProperty('region');
  });
});

describe('a value that becomes part of a message', () => {
  const secret = { password: 'hunter2', url: 'https://ann:hunter2@h' };
  const shown = '{"password":"[redacted]","url":"https://[redacted]@h"}';
  const calls: [string, (logger: Logger) => void, unknown][] = [
    ['%j', (logger) => logger.info('user %j', secret), `user ${shown}`],
    ['%o', (logger) => logger.info({ a: 1 }, 'user %o', secret), `user ${shown}`],
    ['%O', (logger) => logger.child({}).info('user %O', secret), `user ${shown}`],
    [
      '%j of a child with its own redaction',
      (logger) => logger.child({}, { redact: ['a'] }).info('user %j', secret),
      `user ${shown}`,
    ],
    ['the message itself', (logger) => logger.info({}, secret as never), JSON.parse(shown)],
    ['%s', (logger) => logger.info('user %s', 'ann'), 'user ann'],
  ];

  it.each(calls)('is looked at: %s', async (name, log, expected) => {
    const sink = createLogSink();
    const given = pino({}, sink);
    const monitoring = createMonitoring({ logs: { logger: given } });
    monitoring.start();
    for (const redact of [[], ['a.b']]) {
      log(createMonitoring({ logs: { redact, destination: sink } }).logger);
    }
    if (!name.includes('own redaction')) log(given);
    for (const { msg } of sink.lines) expect(msg).toEqual(expected);
    await monitoring.shutdown();
    given.info('%j', secret);
    expect(sink.lines.at(-1)?.msg).toContain('hunter2');
  });

  it('is left to the user’s own hook first', () => {
    const sink = createLogSink();
    const { logger } = createMonitoring({
      logs: {
        destination: sink,
        pino: {
          hooks: {
            logMethod(given, method) {
              method.apply(this, ['%j, said', ...given.slice(1)] as never);
            },
          },
        },
      },
    });
    logger.info('user', secret as never);
    expect(sink.lines[0]?.msg).toBe(`${shown}, said`);
  });
});

describe('what all lines have', () => {
  it.each(['json', 'ecs', 'gcp'] as const)('is redacted in the format %s', (format) => {
    const sink = createLogSink();
    const { logger } = createMonitoring({
      logs: {
        format,
        redact: ['iban'],
        destination: sink,
        pino: {
          base: { token: 'hunter2', db: 'redis://:hunter2@h', nested: { iban: 'DE1' } },
          formatters: { bindings: (bindings) => ({ ...bindings, secret: 'hunter2' }) },
        },
      },
    });
    logger.info('line');
    logger.child({ more: 1 }).info('line');
    for (const line of sink.lines) {
      expect(line).toMatchObject({
        token: '[redacted]',
        db: 'redis://[redacted]@h',
        nested: { iban: '[redacted]' },
        secret: '[redacted]',
      });
    }
  });

  it('is nothing where a formatter gives nothing', () => {
    const sink = createLogSink();
    const formatters = { bindings: () => undefined as unknown as Record<string, unknown> };
    const { logger } = createMonitoring({ logs: { destination: sink, pino: { formatters } } });
    logger.info('line');
    expect(Object.keys(sink.lines[0] ?? {})).toEqual(['level', 'time', 'msg']);
  });
});
