import type { Redactor } from '../../core/redact.js';
import { withoutSecrets } from '../../core/redact-text.js';
import { mayBeUrl, redactUrls } from '../../core/redact-url.js';

const LONGEST = 2048;

/**
 * A line's message without secrets. A text is looked at when it is that of an error, or has an
 * address in it: most are constants of the code, and none is read for nothing.
 */
export function redactMessage(message: unknown, ofError: boolean, redactor: Redactor): unknown {
  if (typeof message !== 'string') return redactor.value(message);
  if (ofError) return withoutSecrets(message, LONGEST);
  return mayBeUrl(message) ? redactUrls(message, redactor.isSecret) : message;
}

/** What pino puts `%j`, `%o` and `%O` into a message with. */
export interface FormatOptions {
  stringify(value: unknown): string;
}

/** The same for values without secrets. */
export function redactedFormat(own: () => FormatOptions, redactor: Redactor): FormatOptions {
  return { stringify: (value) => own().stringify(redactor.value(value)) };
}
