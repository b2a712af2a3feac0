/** A process without `shutdown` ends by itself, whatever its collector does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { startDeafPort } from '../../services/deaf-port.js';
import { type Behaviour, startFaultyCollector } from '../../services/faulty-collector.js';

const PROGRAM = fileURLToPath(new URL('programs/exit.mjs', import.meta.url));

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** Milliseconds from the end of the server to that of the process. */
async function lingers(env: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, [PROGRAM], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, OTEL_BSP_SCHEDULE_DELAY: '100', ...env },
  });
  const killer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const exit = once(child, 'exit');
  await once(child.stdout, 'data');
  const closed = performance.now();
  const [code] = await exit;
  clearTimeout(killer);
  expect(code).toBe(0);
  return performance.now() - closed;
}

const BEHAVIOURS: Record<string, Behaviour> = {
  'takes all': { answer: (response) => response.end('{}') },
  'hangs before the headers': { answer: () => {} },
  'hangs in the body': { answer: (response) => response.writeHead(200).write('{') },
  'never reads': { connect: (socket) => socket.pause() },
  'answers 503': { answer: (response) => response.writeHead(503).end() },
  'wants to be left alone': {
    answer: (response) => response.writeHead(429, { 'retry-after': '9' }).end(),
  },
  'resets connections': { connect: (socket) => socket.resetAndDestroy() },
  'is slow': { answer: (response) => void setTimeout(() => response.end('{}'), 2000) },
};

describe('a process whose collector', () => {
  it.each(Object.entries(BEHAVIOURS))('%s', async (_, behaviour) => {
    const collector = await startFaultyCollector(behaviour);
    open.push(collector.stop);
    expect(await lingers({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint })).toBeLessThan(5000);
    expect(collector.requests.length > 0 || behaviour.answer === undefined).toBe(true);
  });

  it('is not there', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
    expect(await lingers(env)).toBeLessThan(5000);
  });

  it('does not even connect', async () => {
    const hole = await startDeafPort();
    open.push(hole.stop);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${hole.port}` };
    expect(await lingers(env)).toBeLessThan(5000);
  });

  it('is a Zipkin that hangs', async () => {
    const collector = await startFaultyCollector({ answer: () => {} });
    open.push(collector.stop);
    const env = {
      OTEL_TRACES_EXPORTER: 'zipkin',
      OTEL_EXPORTER_ZIPKIN_ENDPOINT: `${collector.endpoint}/api/v2/spans`,
    };
    expect(await lingers(env)).toBeLessThan(5000);
    expect(collector.requests).not.toHaveLength(0);
  });
});
