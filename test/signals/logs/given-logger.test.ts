import { createRequire } from 'node:module';
import { type Logger, type LoggerOptions, pino } from 'pino';
import { describe, expect, it } from 'vitest';
import {
  createMonitoring,
  type Monitoring,
  operation,
  setupMonitoring,
} from '../../../src/index.js';
import { createLogSink, type LogSink } from '../../support/log-sink.js';
import { SUBJECTS } from '../../support/subjects.js';
import { until } from '../../support/until.js';

const work = operation('given.work');

/** A copy of pino whose symbols are its own, as another version's are. */
function anotherPino(): typeof pino {
  const require = createRequire(import.meta.url);
  const { cache } = require;
  const taken = Object.keys(cache).filter((file) => /[\\/]node_modules[\\/]pino[\\/]/.test(file));
  const modules = taken.map((file) => cache[file]);
  for (const file of taken) delete cache[file];
  const copy = require('pino');
  for (const [at, file] of taken.entries()) cache[file] = modules[at];
  return copy;
}

const PINOS = { 'telltale’s own pino': pino, 'another pino': anotherPino() };

function build(make: typeof pino, options: LoggerOptions = {}): { logger: Logger; sink: LogSink } {
  const sink = createLogSink();
  return { logger: make(options, sink), sink };
}

/** Starts a Monitoring around a logger. */
function joined(logger: Logger, options = {}): Monitoring {
  const monitoring = createMonitoring({ ...options, logs: { logger } });
  monitoring.start();
  return monitoring;
}

const ID = /^[0-9a-f]{32}$/;

describe.each(Object.entries(PINOS))('a logger of %s', (name, make) => {
  it('is another copy where it is said to be', () => {
    const isOther = make.symbols.mixinSym !== pino.symbols.mixinSym;
    expect(isOther).toBe(name === 'another pino');
  });

  it('carries ids and bound fields, with children that existed before and after', async () => {
    const { logger, sink } = build(make, { mixin: () => ({ mine: 1, trace_id: 'none' }) });
    const before = logger.child({ child: 'before' }, { level: 'trace' });
    const grandchild = before.child({ grand: true });
    const monitoring = joined(logger);
    const after = logger.child({ child: 'after' });
    monitoring.observe(work, {}, () => {
      monitoring.bind({ tenant: 'a' });
      for (const one of [logger, before, grandchild, after]) one.info({ own: 2 }, 'line');
    });
    expect(sink.lines).toHaveLength(4);
    for (const line of sink.lines) {
      expect(line).toMatchObject({ mine: 1, own: 2, tenant: 'a' });
      expect(line.trace_id).toMatch(ID);
    }
    expect(sink.lines.map(({ child }) => child)).toEqual([undefined, 'before', 'before', 'after']);
    await monitoring.shutdown();
    logger.info('given back');
    before.info('given back');
    for (const line of sink.lines.slice(4)) {
      expect(line).toMatchObject({ mine: 1, trace_id: 'none' });
    }
    expect(Object.getOwnPropertySymbols(logger)).toEqual(
      Object.getOwnPropertySymbols(build(make, { mixin: () => ({}) }).logger),
    );
  });

  it('redacts secrets by key beside its own redaction, until it is given back', async () => {
    const { logger, sink } = build(make, { redact: ['card'] });
    const child = logger.child({ child: 1 });
    const monitoring = joined(logger);
    child.info({ password: 'p', nested: { token: 't', fine: 1 }, card: '4111' }, 'line');
    expect(sink.lines[0]).toMatchObject({
      password: '[redacted]',
      nested: { token: '[redacted]', fine: 1 },
      card: '[Redacted]',
    });
    await monitoring.shutdown();
    child.info({ password: 'p' }, 'line');
    expect(sink.lines[1]?.password).toBe('p');
  });

  it('redacts messages of errors, and those with an address in them', async () => {
    const { logger, sink } = build(make, { errorKey: 'failure' });
    const child = logger.child({ child: 1 });
    const monitoring = joined(logger);
    child.error(new Error('token=hunter2'));
    child.error({ failure: new Error('token=hunter2') });
    child.error({ failure: new Error('boom') }, 'failed: token=hunter2');
    child.info('connecting to redis://:hunter2@h');
    child.info('token=any, as it is');
    expect(sink.lines.map(({ msg }) => msg)).toEqual([
      'token=[redacted]',
      'token=[redacted]',
      'failed: token=[redacted]',
      'connecting to redis://[redacted]@h',
      'token=any, as it is',
    ]);
    await monitoring.shutdown();
    child.info('redis://:hunter2@h');
    expect(sink.lines[5]?.msg).toContain('hunter2');
  });

  it('honours its own mixinMergeStrategy', async () => {
    const { logger, sink } = build(make, {
      mixinMergeStrategy: (fields, mixed) => ({ ...fields, mixed }),
    });
    const monitoring = joined(logger);
    monitoring.observe(work, {}, () => logger.info({ secret: 's' }, 'line'));
    expect(sink.lines[0]).toMatchObject({
      secret: '[redacted]',
      mixed: { trace_id: expect.stringMatching(ID) },
    });
    await monitoring.shutdown();
  });

  it.each(SUBJECTS)(
    'has request lines that carry only their own ids, on $name',
    async (subject) => {
      const { logger, sink } = build(make, { name: 'mine', level: 'warn' });
      const built = subject.build();
      const monitoring = setupMonitoring(built.app, { ...subject.options, logs: { logger } });
      built.addRoutes();
      const base = await built.listen();
      for (const route of ['/users/1', '/throw', '/nope']) await (await fetch(base + route)).text();
      await until(() => sink.lines.length >= 2, 'the lines are there');
      expect(sink.lines.map(({ status, level }) => [status, level])).toEqual([
        [500, 50],
        [404, 40],
      ]);
      expect(new Set(sink.lines.map(({ request_id }) => request_id)).size).toBe(2);
      expect(sink.lines[0]).toMatchObject({ name: 'mine', route: '/throw' });
      await monitoring.shutdown();
      await built.close();
    },
  );
});

describe('one logger for two Monitorings', () => {
  it.each([
    ['the first', [0, 1]],
    ['the second', [1, 0]],
  ])('has each field once, and is given back when %s ends first', async (_, order) => {
    const texts: string[] = [];
    const logger = pino({ mixin: () => ({ mine: 1 }) }, { write: (text) => texts.push(text) });
    const plain = Object.getOwnPropertySymbols(logger).map((key) => Reflect.get(logger, key));
    const both = [joined(logger), joined(logger, { traces: false })];
    const [first, second] = both as [Monitoring, Monitoring];
    const log = () =>
      first.observe(work, {}, () => {
        first.bind({ tenant: 'a' });
        second.bind({ plan: 'gold' });
        logger.info('line');
      });
    log();
    expect(texts[0]?.match(/"(trace_id|tenant|plan|mine)":/g)?.sort()).toEqual([
      '"mine":',
      '"plan":',
      '"tenant":',
      '"trace_id":',
    ]);
    for (const at of order) {
      await both[at]?.shutdown();
      log();
    }
    expect(texts[1]).toContain('"tenant":"a"');
    expect(texts[1]?.includes('"trace_id"')).toBe(order[0] === 1);
    expect(JSON.parse(texts[2] ?? '')).not.toHaveProperty('tenant');
    expect(JSON.parse(texts[2] ?? '').mine).toBe(1);
    const left = Object.getOwnPropertySymbols(logger).map((key) => Reflect.get(logger, key));
    expect(left).toEqual(plain);
  });

  it('is left to whoever has put a mixin of theirs on top', async () => {
    const sink = createLogSink();
    const logger = pino({}, sink);
    const monitoring = joined(logger);
    const slots = logger as unknown as Record<symbol, (...args: unknown[]) => object>;
    const below = slots[pino.symbols.mixinSym];
    const theirs = (...args: unknown[]) => ({ ...below?.(...args), theirs: 1 });
    slots[pino.symbols.mixinSym] = theirs;
    monitoring.observe(work, {}, () => logger.info('line'));
    await monitoring.shutdown();
    monitoring.observe(work, {}, () => logger.info('line'));
    expect(slots[pino.symbols.mixinSym]).toBe(theirs);
    expect(sink.lines[0]).toMatchObject({ theirs: 1, trace_id: expect.stringMatching(ID) });
    expect(sink.lines[1]).toMatchObject({ theirs: 1 });
    expect(sink.lines[1]).not.toHaveProperty('trace_id');
  });

  it('may be the child of the other’s', async () => {
    const sink = createLogSink();
    const parent = pino({}, sink);
    const child = parent.child({ child: 1 });
    const [first, second] = [joined(parent), joined(child)];
    first.observe(work, {}, () => child.info('both'));
    await first.shutdown();
    second.observe(work, {}, () => {
      child.info('one');
      parent.info('none');
    });
    await second.shutdown();
    second.observe(work, {}, () => child.info('none'));
    expect(sink.lines.map((line) => 'trace_id' in line)).toEqual([true, true, false, false]);
  });
});
