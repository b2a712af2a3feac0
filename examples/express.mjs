// Express: metrics, logs, traces and health of a service from one call.
import express from 'express';
import { setupMonitoring } from 'telltale';
import { postgres } from 'telltale/checks/postgres';

const app = express();
const monitoring = setupMonitoring(app, {
  serviceName: 'greeter',
  // It ends by itself: requests are answered, log lines are written.
  shutdown: { signals: ['SIGINT', 'SIGTERM'] },
});

const words = new Map([
  ['en', 'Hello'],
  ['fr', 'Bonjour'],
]);

// A health check is a function: it fails when it throws, rejects or returns false.
monitoring.health.register('words', () => words.size > 0);
// Others are ready-made. This one needs the package pg, and never more than one connection.
if (process.env.DATABASE_URL !== undefined) {
  monitoring.health.register('database', postgres(process.env.DATABASE_URL, { warn: 200 }));
}

const greetings = monitoring.metrics.counter({
  name: 'greetings_total',
  help: 'Greetings sent, by language',
  labelNames: ['language'],
});

app.get('/hello/:name', (req, res) => {
  const language = words.has(req.query.language) ? req.query.language : 'en';
  greetings.inc({ language });
  // The line carries the request_id and trace_id of the request it is written in.
  monitoring.logger.info({ language }, 'greeting sent');
  res.send(`${words.get(language)}, ${req.params.name}\n`);
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  monitoring.health.markStarted();
  const url = `http://127.0.0.1:${server.address().port}`;
  console.log(`Try ${url}/hello/ada, then ${url}/metrics and ${url}/health`);
});
