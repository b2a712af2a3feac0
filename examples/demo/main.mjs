import { once } from 'node:events';
import { createLines } from './lines.mjs';
import { createOpened } from './opened.mjs';
import { startPostgres } from './postgres.mjs';
import { startRedis } from './redis.mjs';
import { startService } from './service.mjs';
import { showSignals } from './show.mjs';
import { createSpans } from './spans.mjs';
import { createStopSignal } from './stop-signal.mjs';

const signal = createStopSignal();
const opened = createOpened();
try {
  console.log('Starting PostgreSQL, Redis if there is one, and a small shop on Express …');
  const postgres = await startPostgres(signal);
  opened.add(postgres.stop);
  const redis = await startRedis(signal);
  if (redis !== undefined) opened.add(redis.stop);

  const parts = { postgres, redis, spans: createSpans(), lines: createLines(), opened };
  const url = await startService({ ...parts, port: Number(process.env.PORT ?? 0) });
  await showSignals({ ...parts, url }, signal);

  if (!process.argv.includes('--once')) {
    console.log(
      `\nServing until Ctrl-C. Try: curl -i ${url}/orders/2   (its log line comes here)\n`,
    );
    parts.lines.passTo((line) => process.stdout.write(line));
    if (!signal.aborted) await once(signal, 'abort');
  }
} catch (error) {
  if (!signal.aborted) {
    console.error(error);
    process.exitCode = 1;
  }
} finally {
  await opened.closeAll();
}
