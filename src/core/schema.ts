import * as v from 'valibot';
import type { RequestFilter, RequestsOptions } from './requests.js';
import { fn, milliseconds, only, shape } from './validate.js';

const filter = v.optional(
  only<RequestFilter>(isFilter, 'a list of paths and patterns, or a function'),
);

/** Holds {@link RequestsOptions}. */
export const requestsSchema: v.GenericSchema<RequestsOptions> = shape({
  ignore: v.optional(
    v.lazy((input) =>
      isPlain(input)
        ? shape({ all: filter, logs: filter, traces: filter })
        : only<RequestFilter>(isFilter, 'a list of paths and patterns, or a function'),
    ),
  ),
  labels: v.optional(
    v.record(
      only<string>(isFreeLabel, 'a snake_case label other than method, route, status and le'),
      fn<(request: unknown) => string>(),
      'expected an object of label names and functions',
    ),
  ),
  echo: v.optional(
    only<boolean | string>(
      (value) => typeof value === 'boolean' || /^[\w!#$%&'*+.^`|~-]+$/.test(String(value)),
      'true, false or the name of a header',
    ),
  ),
  slow: v.optional(milliseconds),
  route: v.optional(fn<NonNullable<RequestsOptions['route']>>()),
  genReqId: v.optional(fn<NonNullable<RequestsOptions['genReqId']>>()),
});

function isPlain(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function isFreeLabel(value: unknown): boolean {
  return (
    /^[a-z][a-z0-9_]*$/.test(String(value)) && !/^(?:method|route|status|le)$/.test(String(value))
  );
}

function isFilter(value: unknown): boolean {
  if (typeof value === 'function') return true;
  return (
    Array.isArray(value) &&
    value.every((entry) => entry instanceof RegExp || (typeof entry === 'string' && entry !== ''))
  );
}
