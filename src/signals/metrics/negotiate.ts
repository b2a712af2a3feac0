import { preferred } from '../../core/accept.js';
import type { Format } from './sample.js';

/**
 * Chooses the format for an `Accept` header: the one with the higher quality, the plain text format
 * when both are equal or neither is named.
 */
export function negotiate(accept: string | undefined): Format {
  return preferred<Format>(accept, [
    { ranges: ['text/plain', 'text/*', '*/*'], value: 'text' },
    { ranges: ['application/openmetrics-text', 'application/*', '*/*'], value: 'openmetrics' },
  ]);
}
