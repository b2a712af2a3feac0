import type { Logger } from 'pino';
import { type Duration, durationOf } from '../../core/duration.js';
import { ROUTE_PATTERN } from '../../core/route-pattern.js';
import { only, shape, v, validate } from '../../core/validate.js';
import type { LogLevel } from './options.js';

/** How far, how long and for which requests the level of the logs is raised. */
export interface LevelRaiseOptions {
  /** The least severe level that is written meanwhile, of the logger's own or one of these. */
  level: Exclude<LogLevel, 'silent'> | (string & {});
  /** How long: milliseconds, or a text such as `'30s'`, `'5m'` or `'1h'`; 24 hours at most. */
  for: Duration;
  /**
   * Only lines of requests of this path and what they do, with a method before it or for all: `:name`
   * is one segment, a last `*` the rest.
   *
   * @default everywhere
   * @example
   * 'POST /orders/:id'
   */
  route?: string;
}

/** A level that is raised for a while. */
export interface LevelRaise {
  /** When it goes back by itself. */
  readonly until: Date;
  /** Goes back now. Only the first call counts. */
  end(): void;
  /** The same, for `using`. */
  [Symbol.dispose](): void;
}

const LONGEST_MS = 24 * 3_600_000;

/**
 * Holds options against what the logger knows.
 *
 * @throws TelltaleError that names the option, what was expected and what was given.
 */
export function validateRaise(options: LevelRaiseOptions, logger: Logger): void {
  const levels = Object.keys(logger.levels.values);
  const schema = shape({
    logLevel: shape({
      level: v.picklist(levels, `expected one of ${levels.join(', ')}`),
      for: only<Duration>(
        (value) => durationOf(value) > 0 && durationOf(value) <= LONGEST_MS,
        'milliseconds or a text such as "30s", "5m" or "1h", 24 hours at most',
      ),
      route: v.optional(
        only<string>(
          (value) => ROUTE_PATTERN.test(String(value)),
          'a path such as "/orders/:id" or "POST /orders"',
        ),
      ),
    }),
  });
  validate(schema as v.GenericSchema, { logLevel: options });
}
