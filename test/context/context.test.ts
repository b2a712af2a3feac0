/**
 * Whose lines they are: a thousand requests at once go through each way to come back later, and each
 * line must have the ids of its own request. Ways that lose them are shown to, so that the table in
 * the README stays true.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { pg } from '../../src/instrumentation/pg.js';
import { describeWith } from '../services/skip.js';
import { type Crowd, startCrowd } from './crowd.js';
import type { Mechanism } from './mechanism.js';
import { batches } from './mechanisms/batches.js';
import { databases } from './mechanisms/databases.js';
import { emitters } from './mechanisms/emitters.js';
import { network } from './mechanisms/network.js';
import { platform } from './mechanisms/platform.js';
import { promises } from './mechanisms/promises.js';
import { timers } from './mechanisms/timers.js';
import { type Services, startServices } from './services.js';
import { contextTable } from './table.js';

const MECHANISMS = [timers, promises, emitters, platform, network, databases, batches].flat();
const REQUESTS = 1000;

const redis = inject('redis');
let services: Services;
let crowd: Crowd;

beforeAll(async () => {
  services = await startServices(inject('postgres').url, redis?.url ?? null);
  crowd = await startCrowd({ instrumentation: [pg(services.pool), pg(services.client)] });
});

afterAll(async () => {
  await crowd.stop();
  await services.stop();
});

function holds({ keeps, loses, requests = REQUESTS }: Mechanism): void {
  it('has the context of the request', async () => {
    const verdicts = await crowd.through(keeps, services, requests);
    expect(verdicts).toMatchObject({ requests, heard: requests, foreign: 0, none: 0 });
  });

  if (loses === undefined) return;
  it('loses it otherwise', async () => {
    const { foreign, none, heard } = await crowd.through(loses, services, requests);
    expect(heard).toBe(requests);
    expect(foreign + none).toBeGreaterThan(0);
  });
}

const [withRedis, others] = [true, false].map((needed) =>
  MECHANISMS.filter(({ needs }) => (needs === 'redis') === needed),
) as [Mechanism[], Mechanism[]];

describe.each(others)('$name', holds);
describeWith('redis-server', redis)('clients of Redis', () => {
  describe.each(withRedis)('$name', holds);
});

it('says of each what it is, and goes through enough', () => {
  expect(MECHANISMS.length).toBeGreaterThanOrEqual(25);
  for (const { name, verdict, loses, advice } of MECHANISMS) {
    expect([name, loses !== undefined, advice !== undefined]).toEqual([
      name,
      verdict !== 'kept',
      verdict !== 'kept',
    ]);
  }
});

it('is what the README says', () => {
  const readme = readFileSync(path.resolve(import.meta.dirname, '../../README.md'), 'utf8');
  const shown = /<!-- context:begin -->\n\n([\s\S]*?)\n\n<!-- context:end -->/.exec(readme)?.[1];
  expect(shown).toBe(contextTable(MECHANISMS));
});
