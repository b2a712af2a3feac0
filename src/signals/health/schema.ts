import { LONGEST_TIMER_MS } from '../../core/deadline.js';
import { only, text, v } from '../../core/validate.js';
import type { HealthOptions } from './options.js';

const duration = only<number>(
  (value) => typeof value === 'number' && value >= 0 && value <= LONGEST_TIMER_MS,
  `a number of milliseconds, 0 or more`,
);

const TAKEN = /^(?:all|live|ready|startup)$/;

const groupName = only<string>(
  (value) => /^[A-Za-z0-9][\w.-]{0,63}$/.test(String(value)) && !TAKEN.test(String(value)),
  'names of letters, digits or any of . - _ that are no probe',
);

/** The entries of `HealthOptions`, for the option type that extends it. */
export const healthEntries = {
  timeout: v.optional(
    only<number>(
      (value) => typeof value === 'number' && value > 0 && value <= LONGEST_TIMER_MS,
      'a number of milliseconds above 0',
    ),
  ),
  cacheFor: v.optional(duration),
  details: v.optional(
    only<NonNullable<HealthOptions['details']>>(
      (value) => value === 'always' || value === 'authorized' || value === 'never',
      'one of always, authorized, never',
    ),
  ),
  groups: v.optional(
    v.record(
      groupName,
      v.pipe(
        v.array(text, 'expected a list of names of checks'),
        v.nonEmpty('expected a list of names of checks'),
      ),
      'expected an object of group names and lists of names of checks',
    ),
  ),
};
