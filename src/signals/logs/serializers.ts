import { stdSerializers } from 'pino';
import type { Redactor } from '../../core/redact.js';
import { isError, originalOf } from '../../core/redact-error.js';

/** What makes of a value what is written of it. */
export type Serialize = (value: unknown) => unknown;

/** Those that show nothing but what an error has. */
const OWN: ReadonlySet<unknown> = new Set([stdSerializers.err, stdSerializers.errWithCause]);

/**
 * Makes a serializer see clean errors, or the error itself where it cannot do with less: members
 * that are private are on no copy. Of anything but pino's own the result is looked at as well.
 */
export function safeSerializer(
  serialize: Serialize,
  redactor: Pick<Redactor, 'error' | 'value' | 'serialized'>,
): Serialize {
  return function serializeSafely(value) {
    if (!isError(value)) return redactor.value(serialize(value));
    const clean = redactor.error(value) as Error;
    if (OWN.has(serialize)) return serialize(clean);
    return redactor.serialized(serializeError(serialize, clean));
  };
}

/** Makes a serializer see errors themselves where it cannot do with copies of them. */
export function plainSerializer(serialize: Serialize): Serialize {
  return function serializePlainly(value) {
    return isError(value) ? serializeError(serialize, value) : serialize(value);
  };
}

/** All of a logger's, each put into another. */
export function mapSerializers(
  serializers: Readonly<Record<string, unknown>>,
  map: (serialize: Serialize) => Serialize,
): Record<string, Serialize> {
  const result = { ...serializers } as Record<string, Serialize>;
  for (const key of Object.keys(result)) result[key] = map(result[key] as Serialize);
  return result;
}

function serializeError(serialize: Serialize, error: Error): unknown {
  try {
    return serialize(error);
  } catch (reason) {
    const original = originalOf(error);
    if (original === error) throw reason;
    return serialize(original);
  }
}
