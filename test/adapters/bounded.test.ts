import { describe, expect, it } from 'vitest';
import { setupMonitoring } from '../../src/index.js';
import { parseSamples, total } from '../support/samples.js';
import { createSpanMemory } from '../support/span-memory.js';
import { SUBJECTS } from '../support/subjects.js';
import { until } from '../support/until.js';

const METHODS = ['PROPFIND', 'MKCOL', 'LOCK', 'PURGE', 'M-SEARCH'];
const REQUESTS = 3000 + 1200 + 100;

function urlOf(i: number): string {
  if (i < 3000) return `/unknown/${i}/${Math.random().toString(36)}?q=${i}`;
  return `/users/${encodeURIComponent(`user ${i} ${Math.random()}`)}`;
}

describe.each(SUBJECTS)('$name under hostile requests', (subject) => {
  it('makes few series and few names of spans', { timeout: 60_000 }, async () => {
    const memory = createSpanMemory();
    const built = subject.build();
    const monitoring = setupMonitoring(built.app, {
      ...subject.options,
      logs: false,
      traces: { exporter: memory, sampleRatio: 0.05 },
    });
    built.addRoutes();
    const base = await built.listen();
    const before = parseSamples(await monitoring.metrics.text()).length;
    let next = 0;
    async function worker(): Promise<void> {
      for (let i = next++; i < REQUESTS; i = next++) {
        const method = i < 4200 ? 'GET' : (METHODS[i % METHODS.length] as string);
        const response = await fetch(base + urlOf(i), {
          method,
          headers: { 'user-agent': `agent ${Math.random()}`, 'x-forwarded-host': `${i}.example` },
        });
        await response.arrayBuffer();
      }
    }
    await Promise.all(Array.from({ length: 16 }, worker));
    await until(
      async () => total(await monitoring.metrics.text(), 'http_requests_total') === REQUESTS,
      'all are counted',
    );
    const text = await monitoring.metrics.text();
    const samples = parseSamples(text);
    const series = new Set(
      samples
        .filter(({ name }) => name === 'http_requests_total')
        .map(({ labels }) => JSON.stringify(labels)),
    );
    const routes = new Set(samples.map(({ labels }) => labels.route).filter(Boolean));
    await monitoring.shutdown();
    await built.close();
    expect(before).toBeGreaterThan(0);
    expect(series.size).toBeLessThan(30);
    expect([...routes].sort()).toEqual(['/users/:id', 'unmatched']);
    const names = new Set(memory.spans.map(({ name }) => name));
    expect(names.size).toBeLessThanOrEqual(5);
    expect([...names]).toEqual(expect.arrayContaining(['GET', 'GET /users/:id']));
  });
});
