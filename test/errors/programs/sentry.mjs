/** A service with Sentry's own SDK, as it comes: `sentry.mjs <dsn> <way>`. It asks itself. */
import * as Sentry from '@sentry/node';
import express from 'express';
import { setupMonitoring } from 'telltale';
import { sentry } from 'telltale/sinks/sentry';

const [dsn, way] = process.argv.slice(2);
// Sentry sends lines of source as well.
const secret = ['hunter', 2].join('');
Sentry.init({ dsn, tracesSampleRate: way === 'traced' ? 1 : undefined });

const app = express();
app.set('env', 'test');
const monitoring = setupMonitoring(app, {
  serviceName: 'shop',
  serviceVersion: '3.2.1',
  environment: 'staging',
  errors: { sinks: [sentry(Sentry)] },
});

function charge(id) {
  throw new RangeError(`no card for order ${id}`, { cause: new Error('card gone') });
}

function leak() {
  throw new Error(`cannot reach postgres://shop:${secret}@db/shop`);
}

app.get('/orders/:id', (req) => charge(req.params.id));
app.get('/leaks/:id', leak);
app.get('/handled/:id', (req, res) => {
  try {
    charge(req.params.id);
  } catch (error) {
    monitoring.captureError(error, {
      level: 'warn',
      tags: { provider: 'acme' },
      user: { id: 'u7', email: 'ann@example.org' },
      extra: { attempt: 2 },
    });
    res.send('later');
  }
});
app.get('/text/:id', (_req, res) => {
  monitoring.captureError('only a text');
  res.send('ok');
});
if (way === 'sentry first') Sentry.setupExpressErrorHandler(app);

const server = app.listen(0, '127.0.0.1', async () => {
  const base = `http://127.0.0.1:${server.address().port}`;
  for (const path of ['/orders/7', '/leaks/7', '/handled/7', '/text/7']) {
    await (await fetch(base + path)).text();
  }
  if (way === 'uncaught') setTimeout(leak, 1);
  else {
    // Sentry's own listener keeps the process alive.
    if (way === 'unhandled') Promise.reject(new Error('nobody waits'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    server.close();
    server.closeAllConnections();
    await monitoring.shutdown();
    process.exit(0);
  }
});
