/**
 * The expositions of the metric groups as a scraper meets them, both formats: a name, a help text, a
 * type, a label or the order of any of them changes only together with its golden file.
 * `npx vitest run test/golden -u` writes the files anew.
 */
import { createServer, request, type Server } from 'node:http';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { db } from '../../src/catalog/db.js';
import { errors } from '../../src/catalog/errors.js';
import { health } from '../../src/catalog/health.js';
import { httpCatalog } from '../../src/catalog/http.js';
import { logs } from '../../src/catalog/logs.js';
import { nodejs } from '../../src/catalog/nodejs.js';
import { processGroup } from '../../src/catalog/process.js';
import { self } from '../../src/catalog/self.js';
import { system } from '../../src/catalog/system.js';
import { traces } from '../../src/catalog/traces.js';
import { memory } from '../../src/exporters/memory.js';
import { type Monitoring, setupMonitoring } from '../../src/index.js';
import { pg } from '../../src/instrumentation/pg.js';
import type { MetricGroup } from '../../src/model/group.js';
import { until } from '../support/until.js';
import { excerpt } from './excerpt.js';

const groups: Record<string, { group: MetricGroup; exact?: boolean }> = {
  http: { group: httpCatalog().group, exact: true },
  process: { group: processGroup },
  nodejs: { group: nodejs },
  system: { group: system },
  health: { group: health, exact: true },
  logs: { group: logs },
  db: { group: db, exact: true },
  errors: { group: errors },
  self: { group: self },
  traces: { group: traces },
};

const formats = {
  text: 'text/plain; version=0.0.4',
  openmetrics: 'application/openmetrics-text; version=1.0.0',
};

const pool = new Pool({ connectionString: inject('postgres').url });
const nowhere = new Pool({ host: '127.0.0.1', port: 1 });
let server: Server;
let monitoring: Monitoring;
const pages: Record<string, string> = {};

beforeAll(async () => {
  server = createServer((incoming, response) => {
    incoming.resume().on('end', () => {
      response.statusCode = incoming.url === '/users/1' ? 200 : 404;
      response.end('a body of 21 bytes...');
    });
  });
  monitoring = setupMonitoring(server, {
    serviceName: 'golden',
    logs: { destination: { write() {} } },
    health: { checks: { eventLoop: false, memory: false, disk: false } },
    traces: { exporter: memory(), sampleRatio: 0, keep: false },
    instrumentation: [pg(pool, { name: 'shop' }), pg(nowhere, { name: 'archive' })],
    requests: {
      route: ({ url }) => (url === '/users/1' ? '/users/:id' : undefined),
      slow: 0,
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  monitoring.health.register('database', () => {});
  monitoring.health.register('mail', () => false, { critical: false });
  await pool.query('SELECT 1/0').catch(() => {});
  await pool.query('SELECT 1 FROM pg_tables');
  await nowhere.connect().catch(() => {});
  await send('GET', '/health');
  await send('GET', '/users/1');
  await send('GET', '/users/1');
  await send('POST', '/users/1', 'fourteen bytes');
  await send('GET', '/elsewhere');
  await send('PURGE', '/elsewhere');
  // The groups that are sampled in the background fill on their first tick.
  await until(
    async () => /^system_memory_used_bytes [1-9]/m.test(await readPage()),
    'the system is sampled',
  );
  for (const [format, accept] of Object.entries(formats)) pages[format] = await readPage(accept);
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await monitoring.shutdown();
  await Promise.all([pool.end(), nowhere.end()]);
});

function send(method: string, path: string, body?: string, headers = {}): Promise<string> {
  const { port } = server.address() as { port: number };
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function readPage(accept = formats.text): Promise<string> {
  return send('GET', '/metrics', undefined, { accept });
}

describe.each(Object.entries(groups))('the %s group', (name, { group, exact }) => {
  it.each(Object.keys(formats))('is exposed as ever, in %s', async (format) => {
    const text = excerpt(pages[format] as string, group, exact === true);
    await expect(text).toMatchFileSnapshot(`./${name}.${format}.txt`);
  });
});
