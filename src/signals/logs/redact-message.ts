import { withoutSecrets } from '../../core/redact-text.js';
import { mayBeUrl, redactUrls } from '../../core/redact-url.js';
import type { IsSecret } from '../../core/secret-key.js';

const LONGEST = 2048;

/**
 * A line's message without secrets. It is looked at when it is that of an error, or has an address
 * in it: most are constants of the code, and none is read for nothing.
 */
export function redactMessage(message: unknown, ofError: boolean, isSecret: IsSecret): unknown {
  if (typeof message !== 'string') return message;
  if (ofError) return withoutSecrets(message, LONGEST);
  return mayBeUrl(message) ? redactUrls(message, isSecret) : message;
}
