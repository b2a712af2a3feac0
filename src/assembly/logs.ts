import { describeError } from '../core/described-error.js';
import type { Diagnostics } from '../core/diagnostics.js';
import { atExit } from '../core/exit.js';
import type { Part } from '../core/lifecycle.js';
import { onSignal } from '../core/on-signal.js';
import type { Scopes } from '../core/scope.js';
import { refuseConflicts } from '../signals/logs/conflicts.js';
import { createLogs, createSilentLogs, type Logs } from '../signals/logs/logs.js';
import type { LogsOptions } from '../signals/logs/options.js';
import type { Traces } from '../signals/traces/traces.js';
import { type Environment, resolveFormat, resolveLevel, type Service } from './environment.js';

/** The logs signal as the options and the environment want it. It tells of faults elsewhere. */
export function buildLogs(
  options: LogsOptions | false = {},
  service: Service,
  scopes: Scopes,
  traces: Traces,
  diagnostics: Diagnostics,
  env: Environment,
): Logs {
  if (options === false) return createSilentLogs();
  const format = resolveFormat(options.format, env);
  refuseConflicts(options, format);
  const logs = createLogs(
    { ...options, format, level: resolveLevel(options.level, env) },
    {
      service: {
        name: service.name,
        version: service.version,
        environment: service.environment,
        project: env.GOOGLE_CLOUD_PROJECT || undefined,
      },
      scopes,
      traceFields: traces.fields,
      failed: (error) => diagnostics.caught('logs', error),
    },
  );
  diagnostics.listen(({ part, error, first }) => {
    if (!first) return;
    // A fault of the logs themselves would come back here with every line.
    if (part === 'logs') warn(error);
    else logs.logger.error({ part, err: error }, `telltale: ${part} failed; the service goes on`);
  });
  return logs;
}

function warn(error: unknown): void {
  const { message } = describeError(error);
  process.emitWarning(`logs failed; the service goes on: ${message}`, 'TelltaleWarning');
}

/** Writes out what is buffered when the process ends, in whichever way lets it. */
export function logsPart(
  { writer, raises, counts, join }: Logs,
  options: LogsOptions | false = {},
  reopen: () => Promise<void>,
): Part {
  const forget: (() => void)[] = [];
  return {
    name: 'logs',
    share: 1,
    start() {
      counts.start();
      forget.push(join());
      if (writer?.flushSync !== undefined) forget.push(atExit(writer.flushSync));
      const signal = options === false ? undefined : options.reopenOn;
      if (signal !== undefined) forget.push(onSignal(signal, () => void reopen()));
    },
    async stop() {
      raises.endAll();
      await writer?.end();
      counts.stop();
      for (const one of forget) one();
    },
  };
}

/** Opens the destination again, if it is a file; when that fails, the old one is still written to. */
export function reopening({ writer }: Logs, diagnostics: Diagnostics): () => Promise<void> {
  return async function reopenLogs() {
    try {
      await writer?.reopen();
    } catch (error) {
      diagnostics.caught('logs.reopen', error);
    }
  };
}

/** Tells developers, and not the people who run the service, what could be done better. */
export function adviser(logger: Logs['logger'], environment: string): (advice: string) => void {
  if (environment === 'production') return () => {};
  return (advice) => logger.warn(`telltale: ${advice}`);
}
