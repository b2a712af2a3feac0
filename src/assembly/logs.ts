import type { Diagnostics } from '../core/diagnostics.js';
import { atExit } from '../core/exit.js';
import type { Part } from '../core/lifecycle.js';
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
    // A fault of the logs themselves would come back here with every line.
    if (first && part !== 'logs') {
      logs.logger.error({ part, err: error }, `telltale: ${part} failed; the service goes on`);
    }
  });
  return logs;
}

/** Writes out what is buffered when the process ends, in whichever way lets it. */
export function logsPart({ writer, join }: Logs): Part {
  let leave: (() => void) | undefined;
  if (writer === undefined) {
    return {
      name: 'logs',
      start() {
        leave = join();
      },
      stop: () => leave?.(),
    };
  }
  let forget: (() => void) | undefined;
  return {
    name: 'logs',
    share: 1,
    start() {
      forget = atExit(writer.flushSync);
    },
    async stop() {
      await writer.end();
      forget?.();
    },
  };
}

/** Tells developers, and not the people who run the service, what could be done better. */
export function adviser(logger: Logs['logger'], environment: string): (advice: string) => void {
  if (environment === 'production') return () => {};
  return (advice) => logger.warn(`telltale: ${advice}`);
}
