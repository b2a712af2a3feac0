import { TelltaleError } from '../../model/errors.js';
import type { LogFormat } from './format.js';
import type { LogsOptions } from './options.js';

/** What a logger that is given has settled already. */
const OF_A_LOGGER = ['level', 'destination', 'reopenOn', 'format', 'redact', 'pino'] as const;

/** What a format is made of. */
const OF_A_FORMAT = ['messageKey', 'timestamp', 'nestedKey', 'errorKey'] as const;

/** The levels that telltale itself writes at. */
const OWN_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

/**
 * Refuses options of which one would silently undo another.
 *
 * @throws TelltaleError that names both.
 */
export function refuseConflicts(options: LogsOptions, format: LogFormat): void {
  const { pino: given = {}, logger } = options;
  if (logger !== undefined) {
    for (const key of OF_A_LOGGER) {
      if (options[key] !== undefined) refuse(key, `with logs.logger, which has its own`);
    }
    return;
  }
  if (given.transport !== undefined && options.destination !== undefined) {
    refuse('pino.transport', 'with logs.destination, since lines go to one of them');
  }
  if (given.level !== undefined && options.level !== undefined) {
    refuse('pino.level', 'with logs.level');
  }
  if (given.useOnlyCustomLevels === true) {
    const missing = OWN_LEVELS.filter((name) => !(name in (given.customLevels ?? {})));
    if (missing.length > 0) {
      refuse('pino.useOnlyCustomLevels', `without customLevels for ${missing.join(', ')}`);
    }
  }
  if (format !== 'ecs' && format !== 'gcp') return;
  for (const key of OF_A_FORMAT) {
    if (given[key] !== undefined)
      refuse(`pino.${key}`, `with the format ${format}, which has its own`);
  }
  if (given.formatters?.level !== undefined) {
    refuse('pino.formatters.level', `with the format ${format}, which has its own`);
  }
  if (given.transport !== undefined && 'targets' in given.transport) {
    refuse(
      'pino.transport.targets',
      `with the format ${format}, whose level pino cannot pick targets by`,
    );
  }
}

function refuse(option: string, why: string): never {
  throw new TelltaleError(
    'TELLTALE_INVALID_OPTION',
    `option logs.${option}: expected not to be given together ${why}`,
  );
}
