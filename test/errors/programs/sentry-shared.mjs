/** Three requests that wait for the same, which fails: `sentry-shared.mjs <dsn>`. */
import { once } from 'node:events';
import * as Sentry from '@sentry/node';
import express from 'express';
import { operation, setupMonitoring } from 'telltale';
import { sentry } from 'telltale/sinks/sentry';

const [dsn] = process.argv.slice(2);
Sentry.init({ dsn });

const app = express();
app.set('env', 'test');
const monitoring = setupMonitoring(app, { errors: { sinks: [sentry(Sentry)] } });
const load = operation('load');
const TIMES = 3;

let waiting = 0;
let fail;
const flight = new Promise((_, reject) => (fail = reject));
app.get('/orders/:id', async () => {
  if (++waiting === TIMES) fail(new Error('database is down'));
  await monitoring.observe(load, {}, () => flight);
});
Sentry.setupExpressErrorHandler(app);

const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const base = `http://127.0.0.1:${server.address().port}`;
await Promise.all(
  Array.from({ length: TIMES }, async (_, i) => (await fetch(`${base}/orders/${i}`)).text()),
);
server.closeAllConnections();
server.close();
await monitoring.shutdown();
process.exit(0);
