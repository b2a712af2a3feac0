import { once } from 'node:events';
import express from 'express';
import { setupMonitoring } from 'telltale';
import { openCache } from './cache.mjs';
import { openDatabase } from './database.mjs';
import { createShop } from './shop.mjs';

/** Starts the shop and resolves to the URL it listens on. */
export async function startService({ postgres, redis, spans, lines, port, opened }) {
  const app = express();
  const monitoring = setupMonitoring(app, {
    serviceName: 'shop',
    logs: { destination: lines },
    traces: { exporter: spans },
  });
  opened.add(() => monitoring.shutdown());

  const query = await openDatabase(postgres.connection, monitoring, opened);
  const cached = await openCache(redis?.socket, monitoring, opened);
  createShop(app, { query, cached, monitoring });

  const server = app.listen(port, '127.0.0.1');
  await once(server, 'listening');
  opened.add(() => {
    server.close();
    server.closeAllConnections();
  });
  monitoring.health.markStarted();
  return `http://127.0.0.1:${server.address().port}`;
}
