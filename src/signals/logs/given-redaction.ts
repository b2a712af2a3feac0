import type { Logger } from 'pino';
import type { Fields } from '../../core/bind.js';
import { standardRedactor } from '../../core/redact.js';
import type { PinoSlots } from './pino-slots.js';
import { mapSerializers, safeSerializer } from './serializers.js';

/** pino's maker of a line, which is a method of the logger. */
export type AsJson = (this: Logger, fields: Fields, ...rest: unknown[]) => string;

/**
 * Makes the lines of a logger that telltale did not make, whose fields are clean already. Its
 * serializers know nothing of that: where one throws, they are given what they can do with.
 *
 * @param asJson the logger's own.
 */
export function redactedAsJson({ serializers }: PinoSlots, asJson: () => AsJson): AsJson {
  function withSafeSerializers(logger: Logger): Logger {
    const own = (logger as unknown as Record<symbol, Record<string, unknown>>)[serializers];
    const safe = mapSerializers(own ?? {}, (one) => safeSerializer(one, standardRedactor));
    return Object.create(logger, { [serializers]: { value: safe } });
  }

  return function asRedactedJson(fields, ...rest) {
    try {
      return asJson().call(this, fields, ...rest);
    } catch {
      return asJson().call(withSafeSerializers(this), fields, ...rest);
    }
  };
}
