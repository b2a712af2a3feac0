import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { errorRate } from '../../src/checks/error-rate.js';
import { createDiagnostics } from '../../src/core/diagnostics.js';
import { createOperations } from '../../src/core/operations.js';
import { createScopes } from '../../src/core/scope.js';
import { operation } from '../../src/index.js';
import type { Outcome } from '../../src/model/operation.js';
import { until } from '../support/until.js';
import { run } from './trial.js';

const request = operation('http.server.request', { kind: 'server' });
const query = operation('db.client.operation', { kind: 'client' });

/** A check that is told of operations, and what makes them. */
function watched(options: Parameters<typeof errorRate>[0]) {
  const check = errorRate(options);
  const operations = createOperations([check.observer], createScopes(), createDiagnostics());
  function happen(times: number, outcome: Outcome, type = request): void {
    for (let i = 0; i < times; i++) operations.begin(type).end(outcome);
  }
  return { check, happen };
}

describe('errorRate', () => {
  it('judges by the share of requests that failed', async () => {
    const { check, happen } = watched({ minRequests: 10, warn: 10, fail: 50, window: 30_000 });
    happen(18, 'ok');
    happen(1, 'error');
    expect(await run(check)).toMatchObject({
      status: 'healthy',
      details: { percent_failed: 5.3, errors_per_minute: 2, requests: 19 },
    });
    happen(2, 'error');
    expect(await run(check)).toMatchObject({
      status: 'degraded',
      message: '14.3 % of the requests failed (limit 10 %)',
      details: { errors_per_minute: 6, requests: 21 },
    });
    happen(15, 'error');
    expect(await run(check)).toMatchObject({
      status: 'unhealthy',
      details: { percent_failed: 50 },
    });
  });

  it('counts neither clients that went away nor other operations as failures', async () => {
    const { check, happen } = watched({ minRequests: 1 });
    happen(10, 'aborted');
    happen(10, 'error', query);
    expect(await run(check)).toMatchObject({
      status: 'healthy',
      details: { percent_failed: 0, requests: 10 },
    });
    const queries = watched({ minRequests: 1, operation: 'db.client.operation' });
    queries.happen(10, 'error', query);
    expect((await run(queries.check)).status).toBe('unhealthy');
  });

  it('does not judge by a few', async () => {
    const { check, happen } = watched({});
    happen(19, 'error');
    expect(await run(check)).toMatchObject({
      status: 'healthy',
      details: { percent_failed: 100, requests: 19 },
    });
    happen(1, 'error');
    expect((await run(check)).status).toBe('unhealthy');
  });

  it('forgets what is older than its window, bit by bit', async () => {
    const { check, happen } = watched({ window: 600, minRequests: 1 });
    happen(5, 'error');
    await sleep(300);
    happen(5, 'ok');
    expect((await run(check)).details.requests).toBe(10);
    await until(async () => (await run(check)).details.requests === 5, 'the older half is gone');
    expect((await run(check)).status).toBe('healthy');
    await until(async () => (await run(check)).details.requests === 0, 'all is gone');
    happen(1, 'error');
    expect((await run(check)).details).toMatchObject({ requests: 1, percent_failed: 100 });
  });

  it('refuses at once what it cannot mean', () => {
    expect(() => errorRate({ window: 0 })).toThrow('error rate check: option window');
    expect(() => errorRate({ warn: 60, fail: 50 })).toThrow('0 <= warn <= fail');
  });
});
