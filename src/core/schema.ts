import { constants } from 'node:os';
import { networksNamed, type TrustProxy } from './client-address.js';
import { networkOf } from './networks.js';
import type { RequestFilter, RequestsOptions } from './requests.js';
import type { ShutdownHook, ShutdownOptions } from './shutdown.js';
import { fn, milliseconds, only, shape, v } from './validate.js';

const filter = v.optional(
  only<RequestFilter>(isFilter, 'a list of paths and patterns, or a function'),
);

const flag = only<boolean>((value) => typeof value === 'boolean', 'true or false');

/** https://nodejs.org/api/process.html#signal-events */
const UNCATCHABLE = new Set(['SIGKILL', 'SIGSTOP']);

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
  trustProxy: v.optional(
    only<TrustProxy>(isTrustProxy, 'true, false, a number of proxies, or a list of networks'),
  ),
});

const hook = fn<ShutdownHook>();

/** Holds {@link ShutdownOptions}. */
export const shutdownSchema: v.GenericSchema<ShutdownOptions> = shape({
  signals: v.optional(
    only<readonly NodeJS.Signals[]>(
      (value) => Array.isArray(value) && value.every(isSignal),
      'a list of signals that can be caught, such as ["SIGTERM", "SIGINT"]',
    ),
  ),
  servers: v.optional(flag),
  drainDelay: v.optional(milliseconds),
  timeout: v.optional(milliseconds),
  beforeShutdown: v.optional(hook),
  onShutdown: v.optional(
    only<ShutdownHook | readonly ShutdownHook[]>(
      (value) => [value].flat().every((one) => typeof one === 'function'),
      'a function or a list of functions',
    ),
  ),
  exit: v.optional(flag),
});

/** Whether a value names a signal that can be caught. */
export function isSignal(value: unknown): boolean {
  return typeof value === 'string' && value in constants.signals && !UNCATCHABLE.has(value);
}

function isPlain(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function isFreeLabel(value: unknown): boolean {
  return (
    /^[a-z][a-z0-9_]*$/.test(String(value)) && !/^(?:method|route|status|le)$/.test(String(value))
  );
}

function isTrustProxy(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0;
  if (typeof value === 'boolean') return true;
  return Array.isArray(value) && value.every(isNetwork);
}

function isNetwork(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    networksNamed(value).every((network) => networkOf(network) !== undefined)
  );
}

function isFilter(value: unknown): boolean {
  if (typeof value === 'function') return true;
  return (
    Array.isArray(value) &&
    value.every((entry) => entry instanceof RegExp || (typeof entry === 'string' && entry !== ''))
  );
}
