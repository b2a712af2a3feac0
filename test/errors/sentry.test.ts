import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as Sentry from '@sentry/node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMonitoring } from '../../src/index.js';
import { sentry } from '../../src/sinks/sentry.js';
import type { LogLine } from '../support/log-sink.js';
import { type ReceivedEvent, startEnvelopeReceiver } from './envelope-receiver.js';

const PROGRAM = fileURLToPath(new URL('programs/sentry.mjs', import.meta.url));
const SHARED = fileURLToPath(new URL('programs/sentry-shared.mjs', import.meta.url));
const LOSSES = fileURLToPath(new URL('programs/sentry-losses.mjs', import.meta.url));

function runProgram(...args: string[]): Promise<{ stdout: string; code: number }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH };
    execFile(process.execPath, args, { timeout: 25_000, env }, (error, out) =>
      resolve({ stdout: out, code: Number(error?.code ?? 0) }),
    );
  });
}

async function run(
  way: string,
): Promise<{ events: ReceivedEvent[]; lines: LogLine[]; code: number }> {
  const receiver = await startEnvelopeReceiver();
  onTestFinished(receiver.close);
  const { stdout, code } = await runProgram(PROGRAM, receiver.dsn, way);
  const lines = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  return { events: receiver.events, lines, code };
}

/** The one event of which this is the last exception, or the message. */
function eventOf(events: readonly ReceivedEvent[], text: string, level?: string): ReceivedEvent {
  const found = events.filter(
    (event) =>
      (event.message ?? event.exception?.values.at(-1)?.value) === text &&
      (level === undefined || event.level === level),
  );
  expect(found).toHaveLength(1);
  return found[0] as ReceivedEvent;
}

describe('Sentry', () => {
  it.each(['alone', 'traced'])('is told once, with all that is known (%s)', async (way) => {
    const { events, lines, code } = await run(way);
    expect(code).toBe(0);
    expect(events).toHaveLength(4);

    const failed = eventOf(events, 'no card for order 7', 'error');
    const line = lines.find(({ path }) => path === '/orders/7');
    expect(failed).toMatchObject({
      release: '3.2.1',
      environment: 'staging',
      tags: { route: '/orders/:id', method: 'GET', request_id: line?.request_id },
      extra: { error_id: expect.any(String) },
      contexts: { trace: { trace_id: line?.trace_id } },
    });
    expect(failed.exception?.values.map(({ type, value }) => [type, value])).toEqual([
      ['Error', 'card gone'],
      ['RangeError', 'no card for order 7'],
    ]);
    const exception = failed.exception?.values.at(-1);
    expect(exception?.mechanism).toMatchObject({ type: 'telltale', handled: false });
    expect(exception?.stacktrace?.frames.at(-1)).toMatchObject({
      function: 'charge',
      filename: expect.stringContaining('sentry.mjs'),
      lineno: expect.any(Number),
    });

    const handled = eventOf(events, 'no card for order 7', 'warning');
    expect(handled).toMatchObject({
      tags: { route: '/handled/:id', provider: 'acme' },
      user: { id: 'u7', email: 'ann@example.org' },
      extra: { attempt: 2 },
    });
    expect(handled.exception?.values.at(-1)?.mechanism.handled).toBe(true);
    expect(eventOf(events, 'only a text')).toMatchObject({ tags: { route: '/text/:id' } });
    expect(JSON.stringify(events)).not.toContain('hunter2');
    expect(JSON.stringify(events)).toContain('cannot reach postgres://[redacted]@db/shop');
  });

  it('is not told what its own integrations have told it', async () => {
    const { events } = await run('sentry first');
    expect(events).toHaveLength(4);
  });

  it.each([
    ['uncaught', 'cannot reach postgres://[redacted]@db/shop', 1],
    ['unhandled', 'nobody waits', 0],
  ])('hears of what is %s once, and ends the process as before', async (way, text, exitCode) => {
    const { events, lines, code } = await run(way);
    eventOf(events, text, 'fatal');
    expect(events).toHaveLength(5);
    expect(JSON.stringify(events)).not.toContain('hunter2');
    expect(code).toBe(exitCode);
    expect(lines.filter((line) => line.level === 60)).toHaveLength(1);
  });

  it('is told of a rejection that requests share once for each of them', async () => {
    const receiver = await startEnvelopeReceiver();
    onTestFinished(receiver.close);
    expect(await runProgram(SHARED, receiver.dsn)).toMatchObject({ code: 0 });
    const { events } = receiver;
    const texts = events.map(({ exception }) => exception?.values.map(({ value }) => value));
    expect(texts).toEqual(Array(3).fill(['database is down']));
    expect(new Set(events.map(({ tags }) => tags?.request_id)).size).toBe(3);
    for (const { exception } of events) {
      expect(exception?.values[0]?.stacktrace?.frames.at(-1)?.filename).toContain('sentry-shared');
    }
  });

  it.each<[string, number, RegExp]>([
    ['taken', 0, /^$/],
    ['off', 0, /^$/],
    ['disabled', 0, /^$/],
    ['filtered', 0, /^$/],
    ['unused', 0, /^$/],
    ['uninitialised', 3, /^Sentry.init was not called$/],
    ['refused', 3, /^Sentry answered with status 403$/],
    ['failing', 3, /^Sentry answered with status 500$/],
    ['limited', 3, /^Sentry /],
    ['absent', 3, /^Sentry could not send an event$/],
    ['full', 3, /^Sentry could not send an event$/],
    ['hanging', 3, /^Sentry had no time left to send an event$/],
    ['cut', 3, /^Sentry had no time left to send an event$/],
  ])('loses nothing without a count: %s', async (way, dropped, reason) => {
    const { stdout } = await runProgram(LOSSES, way);
    const result = JSON.parse(stdout);
    expect(result.dropped).toBe(dropped);
    // The first is told of.
    expect(result.faults).toHaveLength(dropped === 0 ? 0 : 1);
    expect(result.faults.join()).toMatch(reason);
  });

  it('takes what has only captureException', () => {
    const told: unknown[] = [];
    const client = { captureException: (error: unknown) => told.push(error) };
    const monitoring = createMonitoring({ logs: false, errors: { sinks: [sentry(client)] } });
    const error = new Error('m');
    for (const thrown of [error, error, 'text', Object.freeze(new Error('frozen'))]) {
      monitoring.captureError(thrown);
    }
    expect(told).toHaveLength(3);
    expect(told[0]).toBe(error);
    expect(told[1]).toBeInstanceOf(Error);
  });

  it('is itself, and nothing else', () => {
    expect(sentry(Sentry).name).toBe('sentry');
    expect(() => sentry({} as never)).toThrow(/^sentry: expected Sentry's SDK/);
  });
});
