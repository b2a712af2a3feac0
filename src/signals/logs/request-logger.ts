import type { Logger } from 'pino';
import type { Operation } from '../../model/operation.js';
import type { ContextFields } from './context.js';
import type { Mixin } from './enrich.js';
import { slotOf } from './pino-slots.js';

/** Makes the logger of a request from one that is telltale's, or one of its children. */
export type RequestLoggers = (logger: Logger, operation: Operation) => Logger;

const OPERATION = Symbol('telltale.operation');

interface RequestLogger {
  [OPERATION]?: Operation;
}

/**
 * Creates the maker of request loggers. They are the logger itself but for the operation that their
 * lines belong to, in whatever context they are written; making one costs an object with one member.
 *
 * @param mixin the user's own, which the fields are added to.
 */
export function createRequestLoggers(
  contextFields: ContextFields,
  mixin: () => Mixin | undefined,
): RequestLoggers {
  const prototypes = new WeakMap<Logger, object>();

  function prototypeFor(logger: Logger): object {
    const slot = slotOf(logger, 'pino.mixin');
    if (slot === undefined) return logger;
    return Object.create(logger, {
      [slot]: {
        get(this: RequestLogger): Mixin {
          const operation = this[OPERATION];
          return (fields, level, caller) => ({
            ...mixin()?.(fields, level, caller),
            ...contextFields(operation),
          });
        },
      },
    });
  }

  return function requestLogger(logger, operation) {
    let prototype = prototypes.get(logger);
    if (prototype === undefined) {
      prototype = prototypeFor(logger);
      prototypes.set(logger, prototype);
    }
    const made = Object.create(prototype);
    made[OPERATION] = operation;
    return made;
  };
}
