import { runInNewContext } from 'node:vm';
import { type Logger, pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createMonitoring, type LogsOptions, operation } from '../../../src/index.js';
import { createLogSink, type LogSink } from '../../support/log-sink.js';

class AppError extends Error {
  readonly #code: string;
  constructor(message: string, code: string) {
    super(message);
    this.#code = code;
  }
  toProblem(): object {
    return { title: this.message, code: this.#code, token: 'hunter2' };
  }
}

const serializers = {
  err: (error: Error) =>
    error instanceof AppError ? error.toProblem() : pino.stdSerializers.err(error),
};
const PROBLEM = { title: 'no card, token=[redacted]', code: 'E7', token: '[redacted]' };
const work = operation('serializers.work');
const failure = () => new AppError('no card, token=hunter2', 'E7');

function ownLogger(options: LogsOptions): { logger: Logger; sink: LogSink } {
  const sink = createLogSink();
  return { logger: createMonitoring({ logs: { ...options, destination: sink } }).logger, sink };
}

describe('a serializer that needs the very error, for its private members', () => {
  it('is given it, and what it makes of it is clean', () => {
    const { logger, sink } = ownLogger({ pino: { serializers } });
    logger.error(failure());
    expect(sink.lines[0]?.err).toEqual(PROBLEM);
  });

  it('is given it in a child that has it alone', () => {
    const { logger, sink } = ownLogger({});
    logger.child({}, { serializers }).error(failure());
    expect(sink.lines[0]?.err).toEqual(PROBLEM);
  });

  it.each([[[]], [false as const]])('is given it in the line of work, with redact %j', (redact) => {
    const sink = createLogSink();
    const monitoring = createMonitoring({
      logs: { pino: { serializers }, redact, destination: sink },
    });
    const fail = () => {
      throw failure();
    };
    expect(() => monitoring.observe(work, {}, fail)).toThrow(AppError);
    expect(sink.lines[0]?.err).toMatchObject({ code: 'E7' });
  });

  it('is given it in a logger that is the user’s', async () => {
    const sink = createLogSink();
    const logger = pino({ serializers }, sink);
    const child = pino({}, sink).child({}, { serializers });
    for (const one of [logger, child]) {
      const monitoring = createMonitoring({ logs: { logger: one } });
      monitoring.start();
      one.error({ password: 'hunter2', err: failure() }, 'failed');
      await monitoring.shutdown();
    }
    expect(sink.lines).toMatchObject([
      { err: PROBLEM, password: '[redacted]' },
      { err: PROBLEM, password: '[redacted]' },
    ]);
  });

  it('throws what it throws of that one too, as ever in pino', () => {
    const { logger } = ownLogger({
      pino: {
        serializers: {
          err() {
            throw new RangeError('thrown on purpose');
          },
        },
      },
    });
    expect(() => logger.error(failure())).toThrow(RangeError);
  });
});

describe.each(['ecs', 'gcp', 'json'] as const)(
  'in the format %s, a serializer of errors',
  (format) => {
    const key = format === 'ecs' ? 'error' : 'err';

    function errorOf(err: (error: Error) => unknown): unknown {
      const { logger, sink } = ownLogger({ format, pino: { serializers: { err } } });
      logger.error(new Error('boom'), 'failed');
      const [line] = sink.lines;
      expect(line?.[format === 'json' ? 'msg' : 'message']).toBe('failed');
      return line?.[key] ?? line?.err;
    }

    it('may make a text of them', () => {
      const said = errorOf((error) => `said ${error.message}`);
      expect(said).toEqual(format === 'ecs' ? { message: 'said boom' } : 'said boom');
    });

    it('may make nothing of them', () => {
      expect(errorOf(() => undefined)).toBeUndefined();
      expect(errorOf(() => null) ?? null).toBeNull();
    });

    it('may name their parts otherwise', () => {
      expect(errorOf(({ message }) => ({ title: message }))).toEqual({ title: 'boom' });
    });

    it('is given errors of other realms', () => {
      const { logger, sink } = ownLogger({ format });
      const error = runInNewContext('new RangeError("far away")');
      logger.error({ err: error }, 'failed: token=hunter2');
      expect(JSON.stringify(sink.lines)).not.toContain('hunter2');
      expect(sink.lines[0]?.[key]).toMatchObject({ type: 'RangeError', message: 'far away' });
      const stack = format === 'gcp' ? sink.lines[0]?.stack_trace : 'Error: far away';
      expect(stack).toContain('Error: far away');
    });

    it('may need the very error', () => {
      const { logger, sink } = ownLogger({ format, pino: { serializers } });
      logger.error(failure(), 'failed');
      expect(sink.lines[0]?.err).toEqual(PROBLEM);
    });
  },
);

describe('what a serializer of errors adds', () => {
  const err = (error: Error) => ({
    ...pino.stdSerializers.err(error),
    token: 'hunter2',
    hint: 'password=hunter2',
    url: 'https://ann:hunter2@h',
    context: { iban: 'DE1' },
  });
  const clean = {
    type: 'Error',
    message: 'boom token=[redacted]',
    token: '[redacted]',
    hint: 'password=[redacted]',
    url: 'https://[redacted]@h',
    context: { iban: '[redacted]' },
  };

  it.each(['json', 'gcp'] as const)('is looked at in the format %s', (format) => {
    const { logger, sink } = ownLogger({
      format,
      redact: ['iban'],
      pino: { serializers: { err } },
    });
    logger.error(new Error('boom token=hunter2'), 'failed');
    logger.child({}, { serializers: { err } }).error(new Error('boom token=hunter2'), 'failed');
    for (const line of sink.lines) {
      expect(line.err).toMatchObject(clean);
      expect((line.err as { stack: string }).stack).toContain('serializers.test.ts');
    }
    expect(JSON.stringify(sink.lines)).not.toContain('hunter2');
  });

  it('is looked at in the format ecs', () => {
    const { logger, sink } = ownLogger({
      format: 'ecs',
      pino: { serializers: { err: (error) => ({ message: `token=hunter2 ${error.message}` }) } },
    });
    logger.error(new Error('boom'), 'failed');
    expect(sink.lines[0]?.error).toEqual({ message: 'token=[redacted] boom' });
  });
});
