import { afterAll, beforeAll, it } from 'vitest';
import { type FrozenPort, startBlackHole } from '../services/black-hole.js';
import { findRedis } from '../services/redis.js';
import { describeWith } from '../services/skip.js';
import { type FaultyService, INTERVAL_MS, startService } from './service.js';
import { withstand } from './withstand.js';

describeWith('redis-server', findRedis())('a service whose network', () => {
  let place: FrozenPort;
  let service: FaultyService;

  beforeAll(async () => {
    place = await startBlackHole();
    place.thaw();
    service = await startService({ place, intervalMs: INTERVAL_MS });
  });
  afterAll(async () => {
    await service.stop();
    await place.stop();
  });

  it('swallows all that is sent', async () => {
    await withstand(service, {
      verdicts: { redis: 'timeout', tcp: 'timeout' },
      breakIt: place.freeze,
      undo: place.thaw,
    });
  });
});
