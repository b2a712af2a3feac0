import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { redactText } from '../../../src/core/redact-text.js';
import type { FaultClass, MonitoringOptions } from '../../../src/index.js';
import { createVisibility } from '../../../src/signals/health/visibility.js';
import { createLogSink } from '../../support/log-sink.js';
import { cleanUp, create, serve } from './support.js';

afterEach(cleanUp);

const SECRETS = ['db-7.internal', '10.1.2.3', 'admin', 'hunter2', 'select * from', 'at Socket.'];

/** An error with everything in it that nobody else should see. */
function telling(): Error {
  const error = new Error(
    'connect ECONNREFUSED postgres://admin:hunter2@db-7.internal:5432/shop (10.1.2.3) in select * from users',
  );
  error.stack = `${error.message}\n    at Socket.connect (/srv/app.js:1:1)`;
  return Object.assign(error, { code: 'ECONNREFUSED', query: 'select * from users' });
}

const outer = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address;

/** A service with telling checks, asked from this machine and from its outer address. */
async function start(options: MonitoringOptions, health = {}) {
  const served = await serve({ groups: { storage: ['database'] }, ...health }, options, '0.0.0.0');
  served.health.register('database', () => {
    throw telling();
  });
  served.health.register('cache', () => ({
    status: 'degraded',
    message: 'slow: redis://admin:hunter2@db-7.internal',
    details: { url: 'redis://admin:hunter2@db-7.internal', host: '10.1.2.3', n: 7, password: 'x' },
  }));
  const ask = async (host: string, path: string, headers = {}) => {
    const response = await fetch(`http://${host}:${served.port}${path}`, { headers });
    return { status: response.status, text: await response.text() };
  };
  return { ...served, ask };
}

const PATHS = ['/health', '/health/ready', '/health/storage'];
const FORMATS = ['application/json', 'application/health+json', 'text/plain'];

describe.skipIf(outer === undefined)('details', () => {
  const away = outer as string;

  it('are for this machine only in production, whatever a header says', async () => {
    const { ask } = await start({ environment: 'production' });
    for (const path of PATHS) {
      expect((await ask('127.0.0.1', path)).text).toContain('db-7.internal');
      for (const accept of FORMATS) {
        const headers = {
          accept,
          'x-forwarded-for': '127.0.0.1',
          forwarded: 'for=127.0.0.1',
          'x-real-ip': '::1',
        };
        const { status, text } = await ask(away, path, headers);
        expect(status).toBe(503);
        for (const secret of SECRETS) expect(text).not.toContain(secret);
      }
    }
    const body = JSON.parse((await ask(away, '/health/ready')).text);
    expect(body.checks).toEqual({
      database: { status: 'unhealthy', class: 'refused', message: 'the connection was refused' },
      cache: { status: 'degraded' },
    });
  });

  it('are for everybody outside production, without passwords', async () => {
    const { ask } = await start({ environment: 'test' });
    const { text } = await ask(away, '/health/ready');
    expect(JSON.parse(text).checks).toEqual({
      database: {
        status: 'unhealthy',
        class: 'refused',
        message:
          'connect ECONNREFUSED postgres://[redacted]@db-7.internal:5432/shop (10.1.2.3) in select * from users',
        latency_ms: expect.any(Number),
      },
      cache: {
        status: 'degraded',
        message: 'slow: redis://[redacted]@db-7.internal',
        url: 'redis://[redacted]@db-7.internal',
        host: '10.1.2.3',
        n: 7,
        password: '[redacted]',
        latency_ms: expect.any(Number),
      },
    });
  });

  it('are for nobody, or everybody, when that is said', async () => {
    const never = await start({ environment: 'test' }, { details: 'never' });
    const { text } = await never.ask('127.0.0.1', '/health');
    for (const secret of SECRETS) expect(text).not.toContain(secret);
    const always = await start({ environment: 'production' }, { details: 'always' });
    expect((await always.ask(away, '/health')).text).toContain('db-7.internal');
  });

  it('are for whom the guard admits; the rest is answered all the same', async () => {
    const { ask } = await start({
      environment: 'test',
      endpoints: { token: 't', authorize: ({ headers }) => headers['x-me'] === 'yes' },
    });
    for (const path of PATHS) {
      const shut = await ask(away, path, { authorization: 'Bearer wrong' });
      expect(shut.status).toBe(503);
      expect(shut.text).toContain('refused');
      for (const secret of SECRETS) expect(shut.text).not.toContain(secret);
      for (const headers of [{ authorization: 'Bearer t' }, { 'x-me': 'yes' }]) {
        expect((await ask(away, path, headers)).text).toContain('db-7.internal');
      }
    }
    expect((await ask(away, '/health/live')).status).toBe(200);
    expect((await ask(away, '/metrics')).status).toBe(401);
    expect((await ask('127.0.0.1', '/metrics')).status).toBe(401);
  });

  it('are not waited for', async () => {
    const asked: string[] = [];
    const { ask } = await start(
      {
        environment: 'production',
        endpoints: {
          authorize: ({ path }) => {
            asked.push(path);
            return new Promise(() => {});
          },
        },
      },
      { timeout: 150 },
    );
    const started = performance.now();
    const { status, text } = await ask(away, '/health/ready');
    expect(performance.now() - started).toBeLessThan(500);
    expect([status, text.includes('db-7')]).toEqual([503, false]);
    expect((await ask(away, '/health/live')).status).toBe(200);
    expect(asked).toEqual(['/health/ready']);
  });

  it('are hidden also when the report is the same one', async () => {
    const { ask } = await start({ environment: 'production' }, { cacheFor: 60_000 });
    for (let i = 0; i < 3; i++) {
      expect((await ask('127.0.0.1', '/health')).text).toContain('db-7.internal');
      expect((await ask(away, '/health')).text).not.toContain('db-7.internal');
    }
  });
});

describe('who is authorized', () => {
  const request = (remoteAddress: string | undefined) => ({
    method: 'GET',
    path: '/health',
    headers: { 'x-forwarded-for': '127.0.0.1' },
    remoteAddress,
  });

  it.each([
    ['127.0.0.1', true],
    ['127.9.8.7', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['::FFFF:127.0.0.1', true],
    ['10.0.0.1', false],
    ['::ffff:10.127.0.1', false],
    ['128.0.0.1', false],
    ['127.0.0.1.example.org', false],
    ['::12', false],
    [undefined, false],
  ])('%s: %s', (address, expected) => {
    expect(createVisibility('authorized', undefined)(request(address))).toBe(expected);
    expect(createVisibility('never', () => true)(request(address))).toBe(false);
    expect(createVisibility('always', () => false)(request(address))).toBe(true);
    expect(createVisibility('authorized', () => true)(request(address))).toBe(true);
  });
});

describe('what is hidden', () => {
  it.each<FaultClass>([
    'timeout',
    'refused',
    'dns',
    'auth',
    'exhausted',
    'loading',
    'readonly',
    'error',
  ])('has a general message for %s', async (fault) => {
    const { health, base } = await serve({ details: 'never' });
    health.register('it', () => ({ status: 'unhealthy', class: fault, message: SECRETS.join() }));
    const { checks } = (await (await fetch(`${base}/health`)).json()) as {
      checks: Record<string, Record<string, unknown>>;
    };
    expect(Object.keys(checks.it ?? {})).toEqual(['status', 'class', 'message']);
    expect(checks.it?.class).toBe(fault);
    expect(checks.it?.message).toMatch(/^[a-z ]{10,40}$/);
  });

  it('is not brought in by details that pretend', async () => {
    const { health, base } = await serve({ details: 'never' });
    const details = {
      class: 'hunter2',
      message: 'hunter2',
      status: 'hunter2',
      latency_ms: 'hunter2',
    };
    health.register('it', () => ({ status: 'degraded', details }));
    expect(await (await fetch(`${base}/health`)).text()).not.toContain('hunter2');
  });

  it('is not in log lines either, as far as it is a password', async () => {
    const sink = createLogSink();
    const { health } = create({}, { logs: { destination: sink } });
    health.register('database', () => {
      throw telling();
    });
    await health.report();
    const [line] = sink.lines;
    expect(line).toMatchObject({ check: 'database', status: 'unhealthy', class: 'refused' });
    expect(JSON.stringify(line)).not.toContain('hunter2');
  });
});

describe('redactText', () => {
  it.each([
    ['postgres://u:p@h/db', 'postgres://[redacted]@h/db'],
    ['redis://:p@ss/w@h:6379 gone', 'redis://[redacted]@h:6379 gone'],
    ['"amqps://u:p@h"', '"amqps://[redacted]@h"'],
    ['user=u password=hunter2 host=h', 'user=u password=[redacted] host=h'],
    ['{"db_password": "a b", "n": 1}', '{"db_password": [redacted], "n": 1}'],
    ["PGPASSWORD='x y'; api-key: k", 'PGPASSWORD=[redacted]; api-key: [redacted]'],
    ['authorization: Bearer abcdef123', 'authorization: Bearer [redacted]'],
    ['two\nlines\u0000', 'two lines '],
    ['token_count 7, see https://h/p', 'token_count 7, see https://h/p'],
  ])('%j', (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  it('cuts what is long, and never through a secret', async () => {
    const text = `${'postgres://u:hunter2@h '.repeat(1000)}`;
    expect(redactText(text)).not.toContain('hunter2');
    expect(redactText(text).length).toBeLessThanOrEqual(256);
    const started = performance.now();
    for (const odd of ['a:', 'a.', 'a-', '://', 'password', '_', ' @', 'x'])
      redactText(odd.repeat(500_000));
    expect(performance.now() - started).toBeLessThan(1000);
    await sleep(0);
  });
});
