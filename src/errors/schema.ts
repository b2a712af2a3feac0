import { only, shape, v } from '../core/validate.js';
import type { ErrorsOptions } from './options.js';
import type { ErrorSink } from './sink.js';

/** Holds {@link ErrorsOptions}. */
export const errorsSchema: v.GenericSchema<ErrorsOptions> = shape({
  sinks: v.optional(
    v.array(only<ErrorSink>(isSink, 'a sink: { name, capture }'), 'expected a list of sinks'),
  ),
  uncaught: v.optional(v.boolean('expected true or false')),
});

function isSink(value: unknown): boolean {
  const sink = value as Partial<ErrorSink> | null;
  return typeof sink?.capture === 'function' && typeof sink.name === 'string' && sink.name !== '';
}
