import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, serve } from './support.js';

afterEach(cleanUp);

const JSON_TYPE = 'application/json; charset=utf-8';
const HEALTH_TYPE = 'application/health+json';
const TEXT_TYPE = 'text/plain; charset=utf-8';

async function start() {
  const served = await serve();
  const ask = (path: string, accept?: string, method = 'GET') =>
    fetch(served.base + path, { method, ...(accept !== undefined && { headers: { accept } }) });
  return { ...served, ask };
}

describe('the format', () => {
  it.each([
    [undefined, JSON_TYPE],
    ['*/*', JSON_TYPE],
    ['application/*', JSON_TYPE],
    ['image/png', JSON_TYPE],
    ['', JSON_TYPE],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', JSON_TYPE],
    ['application/health+json', HEALTH_TYPE],
    ['Application/Health+JSON; charset=utf-8', HEALTH_TYPE],
    ['application/json;q=0.5, application/health+json', HEALTH_TYPE],
    ['application/json, application/health+json;q=0.9', JSON_TYPE],
    ['text/plain', TEXT_TYPE],
    ['text/*', TEXT_TYPE],
    ['text/plain;q=0.4, application/json;q=0.3', TEXT_TYPE],
    ['text/plain;q=nonsense', JSON_TYPE],
  ])('for %s is %s', async (accept, type) => {
    const { ask } = await start();
    for (const path of ['/health', '/health/live']) {
      const response = await ask(path, accept);
      expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
      expect(response.headers.get('cache-control')).toBe('no-store');
    }
  });

  it('is plain text of one word', async () => {
    const { ask, health } = await start();
    expect(await (await ask('/health/ready', 'text/plain')).text()).toBe('ok');
    health.register('a', () => ({ status: 'degraded' }));
    const degraded = await ask('/health/ready', 'text/plain');
    expect([degraded.status, await degraded.text()]).toEqual([200, 'degraded']);
    health.register('b', () => false);
    const unhealthy = await ask('/health/ready', 'text/plain');
    expect([unhealthy.status, await unhealthy.text()]).toEqual([503, 'unhealthy']);
  });

  it('is the health+json of the draft', async () => {
    const { ask, health } = await start();
    health.register(
      'db:main',
      () => ({
        status: 'degraded',
        message: 'full soon',
        details: { percent_used: 91.5, free_gb: 2, errors_per_minute: 3, users: 4, name: 'x' },
      }),
      { componentType: 'datastore' },
    );
    const typed = Object.assign(() => false, { componentType: 'system' as const });
    health.register('mail', typed, { critical: false });
    health.register('search', () => true, { dependsOn: ['mail'], critical: false });
    const response = await ask('/health', 'application/health+json');
    expect(response.status).toBe(200);
    const body = (await response.json()) as Record<string, unknown>;
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const db = { componentId: 'db:main', componentType: 'datastore', status: 'warn', time };
    const { checks, ...top } = body;
    expect(top).toEqual({
      status: 'warn',
      version: '1.2.3',
      releaseId: '1.2.3',
      serviceId: 'shop',
    });
    expect(checks).toEqual({
      'db.main:responseTime': [
        { ...db, observedValue: expect.any(Number), observedUnit: 'ms', output: 'full soon' },
      ],
      'db.main:percent_used': [{ ...db, observedValue: 91.5, observedUnit: 'percent' }],
      'db.main:free_gb': [{ ...db, observedValue: 2, observedUnit: 'GB' }],
      'db.main:errors_per_minute': [{ ...db, observedValue: 3, observedUnit: 'per minute' }],
      'db.main:users': [{ ...db, observedValue: 4 }],
      'mail:responseTime': [
        {
          componentId: 'mail',
          componentType: 'system',
          status: 'fail',
          time,
          observedValue: expect.any(Number),
          observedUnit: 'ms',
          output: 'the check returned false',
        },
      ],
      'search:responseTime': [
        {
          componentId: 'search',
          componentType: 'component',
          status: 'fail',
          time,
          observedValue: 0,
          observedUnit: 'ms',
          output: 'waits for mail',
        },
      ],
    });
    health.register('down', () => false);
    const failing = await ask('/health', 'application/health+json');
    expect(failing.status).toBe(503);
    expect(await failing.json()).toMatchObject({ status: 'fail' });
  });

  it('says the same for HEAD, without a body', async () => {
    const { ask, health } = await start();
    health.register('a', () => true, { cacheFor: 60_000 });
    for (const accept of ['application/json', 'application/health+json', 'text/plain']) {
      const get = await ask('/health/ready', accept);
      const head = await ask('/health/ready', accept, 'HEAD');
      expect(head.status).toBe(200);
      for (const name of ['content-type', 'content-length', 'cache-control', 'vary']) {
        expect(head.headers.get(name)).toBe(get.headers.get(name));
      }
      expect(await head.text()).toBe('');
    }
  });

  it('is never "not modified"', async () => {
    const { base } = await start();
    for (const path of ['/health', '/health/live', '/health/ready']) {
      const first = await fetch(base + path);
      const etag = first.headers.get('etag');
      expect([etag, first.headers.get('last-modified')]).toEqual([null, null]);
      const again = await fetch(base + path, {
        headers: { 'if-none-match': '*', 'if-modified-since': new Date().toUTCString() },
      });
      expect(again.status).toBe(200);
    }
  });
});
