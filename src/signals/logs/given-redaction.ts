import type { Logger } from 'pino';
import type { Fields } from '../../core/bind.js';
import { standardRedactor } from '../../core/redact.js';
import { isErrorOrCopy } from '../../core/redact-error.js';
import type { PinoSlots } from './pino-slots.js';
import { redactMessage } from './redact-message.js';
import { mapSerializers, safeSerializer } from './serializers.js';

/** pino's maker of a line, which is a method of the logger. */
export type AsJson = (this: Logger, fields: Fields, message: unknown, ...rest: unknown[]) => string;

/**
 * Makes the lines of a logger that telltale did not make, with clean messages; their fields are clean
 * already. Its serializers know nothing of that: where one throws, they are given what they can do
 * with.
 *
 * @param asJson the logger's own.
 */
export function redactedAsJson(slots: PinoSlots, asJson: () => AsJson): AsJson {
  const { serializers, errorKey } = slots;

  function isOfError(logger: Logger, fields: Fields): boolean {
    const key = errorKey && (logger as unknown as Record<symbol, string>)[errorKey];
    return isErrorOrCopy(fields[key ?? 'err']);
  }

  function withSafeSerializers(logger: Logger): Logger {
    const own = (logger as unknown as Record<symbol, Fields>)[serializers];
    const safe = mapSerializers(own ?? {}, (one) => safeSerializer(one, standardRedactor));
    return Object.create(logger, { [serializers]: { value: safe } });
  }

  return function asRedactedJson(fields, message, ...rest) {
    const text = redactMessage(message, isOfError(this, fields), standardRedactor);
    try {
      return asJson().call(this, fields, text, ...rest);
    } catch {
      return asJson().call(withSafeSerializers(this), fields, text, ...rest);
    }
  };
}
