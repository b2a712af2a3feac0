import * as v from 'valibot';
import { milliseconds } from '../../core/validate.js';

/** The entries of `HealthOptions`, for the option type that extends it. */
export const healthEntries = {
  timeout: v.optional(milliseconds),
  cacheFor: v.optional(milliseconds),
};
