import { afterAll, beforeAll, describe, inject, it } from 'vitest';
import { type FaultyService, INTERVAL_MS, startService } from './service.js';
import { withstand } from './withstand.js';

/** What the check does, and how that is classed. */
const BEHAVIOURS: readonly [string, string][] = [
  ['throws', 'error'],
  ['is refused', 'refused'],
  ['never settles', 'timeout'],
  ['resolves twice', 'error'],
  ['returns a text', 'error'],
  ['returns null', 'error'],
  ['returns a status that there is not', 'error'],
  ['returns what throws when it is read', 'error'],
];

describe('a service with a check of its own that', () => {
  let service: FaultyService;

  beforeAll(async () => {
    const { user, password, database, port } = inject('postgres');
    const custom = { user, password, database, port };
    service = await startService({ custom, intervalMs: INTERVAL_MS });
  });
  afterAll(() => service.stop());

  it.each(BEHAVIOURS)('%s', async (behaviour, verdict) => {
    await withstand(service, {
      verdicts: { own: verdict },
      breakIt: () => service.tell('behave', behaviour),
      undo: () => service.tell('behave', 'is well'),
    });
  });

  it('connects by a name that no longer resolves', async () => {
    await withstand(service, {
      verdicts: { named: 'dns' },
      breakIt: () => service.tell('host', 'nowhere..invalid'),
      undo: () => service.tell('host', '127.0.0.1'),
    });
  });
});
