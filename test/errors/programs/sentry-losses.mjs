/** Tells Sentry's own SDK of three errors: `sentry-losses.mjs <way>`. Prints how many were lost. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import * as Sentry from '@sentry/node';
import { createMonitoring } from 'telltale';
import { sentry } from 'telltale/sinks/sentry';

const [way] = process.argv.slice(2);
const STATUS = { taken: 200, refused: 403, failing: 500, limited: 429 };

const server = createServer((request, response) => {
  request.resume();
  if (way in STATUS) response.writeHead(STATUS[way]).end('{}');
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address();
if (way === 'absent') server.close();

const dsn = way === 'off' ? undefined : `http://key@127.0.0.1:${port}/1`;
const options = {
  disabled: { enabled: false },
  filtered: { beforeSend: () => null },
  full: { transportOptions: { bufferSize: 1 } },
};
if (way !== 'uninitialised' && way !== 'unused') {
  Sentry.init({ dsn, defaultIntegrations: false, sendClientReports: false, ...options[way] });
}

const lines = [];
const monitoring = createMonitoring({
  logs: { destination: { write: (line) => lines.push(JSON.parse(line)) } },
  errors: { sinks: [sentry(Sentry)] },
  shutdown: { timeout: way === 'cut' ? 400 : 10_000 },
});
monitoring.start();
const errors = way === 'unused' ? [] : [new Error('first'), new Error('second'), 'third'];
for (const error of errors) monitoring.captureError(error);
await monitoring.shutdown();
const [, dropped] =
  /^telltale_error_reports_dropped_total\{sink="sentry"\} (\d+)$/m.exec(
    await monitoring.metrics.text(),
  ) ?? [];
const faults = lines.filter(({ part }) => part === 'errors/sentry');
process.stdout.write(
  JSON.stringify({ dropped: Number(dropped), faults: faults.map(({ err }) => err.message) }),
  () => process.exit(),
);
