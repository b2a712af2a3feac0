import * as v from 'valibot';
import type { RequestsOptions } from './intake.js';
import { fn, only, shape } from './validate.js';

/** Holds {@link RequestsOptions}. */
export const requestsSchema: v.GenericSchema<RequestsOptions> = shape({
  ignore: v.optional(
    only<NonNullable<RequestsOptions['ignore']>>(
      isIgnore,
      'a list of paths and patterns, or a function',
    ),
  ),
  route: v.optional(fn<NonNullable<RequestsOptions['route']>>()),
  genReqId: v.optional(fn<NonNullable<RequestsOptions['genReqId']>>()),
});

function isIgnore(value: unknown): boolean {
  if (typeof value === 'function') return true;
  return (
    Array.isArray(value) &&
    value.every((entry) => entry instanceof RegExp || (typeof entry === 'string' && entry !== ''))
  );
}
